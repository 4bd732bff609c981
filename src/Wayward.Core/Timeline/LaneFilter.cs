using Wayward.Core.Resolvers;

namespace Wayward.Core.Timeline;

/// <summary>Which lanes of a timeline are asked for. Everything that is set must hold.</summary>
public sealed record LaneFilter
{
    /// <summary>The names of the four properties, in the order in which they are offered: <c>new</c>, <c>blocked</c>, <c>encrypted</c>, <c>uncatalogued</c>.</summary>
    public static readonly IReadOnlyList<string> Names = ["new", "blocked", "encrypted", "uncatalogued"];

    public static readonly LaneFilter None = new();

    /// <summary>Properties that a lane must have, each one of <see cref="Names"/>.</summary>
    public IReadOnlySet<string> Properties { get; init; } = new HashSet<string>(StringComparer.Ordinal);
    /// <summary>Part of the operator's name, of the address or of the transport's name; case-insensitive. Null = any.</summary>
    public string? Text { get; init; }

    public bool IsEmpty => Properties.Count == 0 && Text is null;

    /// <summary>From an address: names separated by commas, unknown ones left out.</summary>
    public static LaneFilter Read(string? properties, string? text) => new()
    {
        Properties = (properties ?? "").Split(',').Where(Names.Contains).ToHashSet(StringComparer.Ordinal),
        Text = string.IsNullOrWhiteSpace(text) ? null : text.Trim(),
    };

    /// <summary>The properties as <see cref="Read"/> takes them with one of them added or taken away; null = none.</summary>
    public string? Toggled(string property)
    {
        var names = Names.Where(n => Properties.Contains(n) != (n == property)).ToList();
        return names.Count == 0 ? null : string.Join(',', names);
    }

    public bool Matches(TimelineLane lane) => Properties.All(p => Has(lane, p)) && (Text is null || Says(lane, Text));

    /// <summary>How many lanes would be shown if a property were asked for beside what is set.</summary>
    public int CountWith(string property, IEnumerable<TimelineLane> lanes) => lanes.Count(l => Has(l, property) && Matches(l));

    private static bool Has(TimelineLane lane, string property) => property switch
    {
        "new" => lane.Group == LaneGroup.New,
        "blocked" => lane.Cells.Any(c => c.Rejected > 0),
        "encrypted" => lane.Class == LaneClass.Encrypted,
        _ => lane.Tier == CatalogTier.None,
    };

    private static bool Says(TimelineLane lane, string text) =>
        lane.Provider?.Contains(text, StringComparison.OrdinalIgnoreCase) == true
        || lane.Destination.Address.ToString().Contains(text, StringComparison.OrdinalIgnoreCase)
        || lane.Destination.Transport.Name().Contains(text, StringComparison.OrdinalIgnoreCase);
}
