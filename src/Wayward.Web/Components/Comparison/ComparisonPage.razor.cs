using Microsoft.AspNetCore.Components;
using Wayward.Core.GuardDuty;
using Wayward.Engine.Notifications;

namespace Wayward.Web.Components.Comparison;

/// <summary>GuardDuty's findings beside ours.</summary>
public partial class ComparisonPage
{
    private static readonly (ComparisonKind Kind, string Path, string Word)[] Kinds =
        [(ComparisonKind.Agreed, "agreed", "Both"), (ComparisonKind.OnlyTheirs, "theirs", "Only GuardDuty"), (ComparisonKind.OnlyOurs, "ours", "Only Wayward")];

    [Inject] private ComparisonService Service { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "kind")] private string? Kind { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private ComparisonView View { get; set; } = new(0, new Dictionary<ComparisonKind, int>(), [], 1, 0);

    private ComparisonKind? Chosen => Array.Find(Kinds, k => k.Path == Kind) is { Kind: > 0 } kind ? kind.Kind : null;

    // Comparing reads every finding: the page is as of when it was opened.
    protected override ChangeKinds Watches => ChangeKinds.None;

    protected override async Task ReadAsync(CancellationToken cancellation) => View = await Service.ReadAsync(Chosen, Page ?? 1, cancellation);
}
