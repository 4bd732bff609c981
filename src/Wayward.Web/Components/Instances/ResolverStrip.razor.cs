using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Timeline;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>The resolver states of an instance as one strip, with the changes as a table.</summary>
public sealed partial class ResolverStrip
{
    private const int ChangesShown = 8, ServersShown = 3;

    [Inject] private UiState Ui { get; set; } = default!;

    /// <summary>At least one stretch.</summary>
    [Parameter, EditorRequired] public ResolverStates States { get; set; } = default!;
    /// <summary>Where the name of a server leads.</summary>
    [Parameter, EditorRequired] public Func<Destination, string> LaneHref { get; set; } = default!;

    private long From => States.Stretches[0].From;

    private long To => States.Stretches[^1].To;

    /// <summary>The states that occur, with their share of the span, in the order of the enumeration.</summary>
    private IReadOnlyList<(ResolverState State, double Share)> Shares =>
        [.. States.Stretches.GroupBy(s => s.State).OrderBy(g => g.Key).Select(g => (g.Key, (double)g.Sum(s => s.To - s.From) / (To - From)))];

    private string Summary => $"Resolver states: {string.Join(", ", Shares.Select(s => $"{Name(s.State)} {Words.Percent(s.Share)}"))}; {(States.Switches.Count == 0 ? "no change" : Words.Count(States.Switches.Count, "change"))}.";

    private string Describe(ResolverStretch stretch) => $"{Name(stretch.State)}, {Ui.Date(stretch.From)} to {Ui.Date(stretch.To - 1)}";

    internal static string Name(ResolverState state) => state switch
    {
        ResolverState.NoData => "No data",
        ResolverState.Presumed => "Amazon's resolver presumed",
        ResolverState.Known => "Known servers",
        ResolverState.EncryptedOnly => "Encrypted only",
        _ => "New server",
    };

    private static string Css(ResolverState state) => "st-" + state switch
    {
        ResolverState.NoData => "none",
        ResolverState.Presumed => "presumed",
        ResolverState.Known => "known",
        ResolverState.EncryptedOnly => "encrypted",
        _ => "new",
    };

    private string Box(ResolverStretch stretch)
    {
        double scale = 1_000.0 / (To - From);
        return Box((stretch.From - From) * scale, (stretch.To - stretch.From) * scale, stretch.State);
    }

    /// <summary>Height tells the states apart where colour cannot.</summary>
    private static string Box(double x, double width, ResolverState state)
    {
        int height = state switch { ResolverState.NoData => 2, ResolverState.Presumed => 6, ResolverState.Known => 11, ResolverState.EncryptedOnly => 15, _ => 20 };
        return string.Create(CultureInfo.InvariantCulture, $"M{x:0.##} {20 - height}h{width:0.##}v{height}h-{width:0.##}z");
    }
}
