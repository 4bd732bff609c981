using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Timeline;

/// <summary>What lanes of one group are folded by.</summary>
public enum LaneFolding : byte
{
    /// <summary>By operator; by network where the catalogue names none.</summary>
    Operator = 1,
    /// <summary>By /24 for IPv4 and /48 for IPv6.</summary>
    Network = 2,
}

/// <summary>What one line of a <see cref="LaneSection"/> is.</summary>
public enum LaneLineKind : byte
{
    Lane = 1,
    /// <summary>Several lanes folded into one, whose cells are their sum.</summary>
    Fold = 2,
    /// <summary>An offer to show more.</summary>
    More = 3,
}

/// <summary>One line of the timeline.</summary>
public sealed record LaneLine
{
    public required LaneLineKind Kind { get; init; }
    /// <summary>The lane, or the sum of the lanes of a fold; null for an offer to show more.</summary>
    public TimelineLane? Lane { get; init; }
    /// <summary>What the line unfolds; empty for a lane.</summary>
    public string Key { get; init; } = "";
    /// <summary>Operator or network of a fold.</summary>
    public string Title { get; init; } = "";
    /// <summary>Lanes of a fold.</summary>
    public IReadOnlyList<TimelineLane> Members { get; init; } = [];
    /// <summary>Different addresses of a fold.</summary>
    public int Servers { get; init; }
    /// <summary>Whether the lanes of a fold follow it.</summary>
    public bool Unfolded { get; init; }
    /// <summary>It stands inside an unfolded fold.</summary>
    public bool Inside { get; init; }
    /// <summary>How many lines are not shown, for an offer to show more.</summary>
    public int Left { get; init; }
}

/// <summary>The lines of one group.</summary>
/// <param name="Lanes">All its lanes that match, shown or not.</param>
public sealed record LaneSection(LaneGroup Group, int Lanes, IReadOnlyList<LaneLine> Lines);

/// <summary>
/// The lanes of a timeline as lines to draw. Few lanes are all drawn. Of many, those of one operator or network are folded into one line, and of each group the first lines are drawn, with an offer of
/// more: an instance with 600 destinations is drawn in as few lines as one with 30. Pure; the same input gives the same lines.
/// </summary>
/// <param name="Matching">Lanes that the filter matches.</param>
/// <param name="Total">All lanes of the timeline.</param>
public sealed record LaneList(IReadOnlyList<LaneSection> Sections, int Matching, int Total)
{
    public const int PageSize = 25;
    /// <summary>Lanes up to which nothing is folded or left out.</summary>
    private const int FewLanes = 25;
    /// <summary>Lanes of one operator or network that are worth a line of their own.</summary>
    private const int LeastFold = 3;
    /// <summary>Lines shown of the groups after the first.</summary>
    private const int LaterGroups = 5;

    /// <summary>The lines that have cells, top to bottom: lanes and folds.</summary>
    public IReadOnlyList<LaneLine> Drawn { get; } = [.. Sections.SelectMany(s => s.Lines).Where(l => l.Kind != LaneLineKind.More)];

    /// <summary>Every lane, none folded: for a drawing that was cut down to a few lanes before.</summary>
    public static LaneList All(InstanceTimeline timeline) => new(
        [.. timeline.Lanes.GroupBy(l => l.Group).Select(g => new LaneSection(g.Key, g.Count(), [.. g.Select(l => Single(l, inside: false))]))], timeline.Lanes.Count, timeline.Lanes.Count);

    /// <param name="chosen">A lane that is drawn wherever it stands; null = none.</param>
    public static LaneList Of(InstanceTimeline timeline, LaneFilter filter, LaneFolding folding, LaneUnfolding unfolding, Destination? chosen = null)
    {
        var lanes = timeline.Lanes.Where(filter.Matches).ToList();
        bool few = lanes.Count <= FewLanes;
        var sections = new List<LaneSection>();
        foreach (var group in lanes.GroupBy(l => l.Group))
        {
            string key = KeyOf(group.Key);
            var entries = few ? [.. group.Select(l => Single(l, inside: false))] : Folded([.. group], folding, key);
            int unasked = sections.Count == 0 ? PageSize : LaterGroups;
            int shown = few ? entries.Count : Math.Min(entries.Count, unasked + unfolding.PagesOf(key) * PageSize);
            var lines = new List<LaneLine>();
            for (int i = 0; i < entries.Count; i++)
            {
                if (i < shown || Holds(entries[i], chosen)) Add(lines, entries[i], unfolding, chosen);
            }
            if (shown < entries.Count) lines.Add(new() { Kind = LaneLineKind.More, Key = key, Left = entries.Count - shown });
            sections.Add(new(group.Key, group.Count(), lines));
        }
        return new(sections, lanes.Count, timeline.Lanes.Count);
    }

    private static void Add(List<LaneLine> lines, LaneLine entry, LaneUnfolding unfolding, Destination? chosen)
    {
        int pages = entry.Kind == LaneLineKind.Fold ? unfolding.PagesOf(entry.Key) : 0;
        lines.Add(entry with { Unfolded = pages > 0 });
        if (entry.Kind != LaneLineKind.Fold) return;
        int shown = Math.Min(entry.Members.Count, pages * PageSize);
        for (int i = 0; i < entry.Members.Count; i++)
            if (i < shown || entry.Members[i].Destination == chosen) lines.Add(Single(entry.Members[i], inside: true));
        if (pages > 0 && shown < entry.Members.Count) lines.Add(new() { Kind = LaneLineKind.More, Key = entry.Key, Left = entry.Members.Count - shown, Inside = true });
    }

    private static bool Holds(LaneLine entry, Destination? chosen) =>
        chosen is { } lane && (entry.Kind == LaneLineKind.Fold ? entry.Members.Any(m => m.Destination == lane) : entry.Lane!.Destination == lane);

    private static LaneLine Single(TimelineLane lane, bool inside) => new() { Kind = LaneLineKind.Lane, Lane = lane, Inside = inside };

    /// <summary>In the order of their first lanes.</summary>
    private static List<LaneLine> Folded(List<TimelineLane> lanes, LaneFolding folding, string section)
    {
        var entries = new List<LaneLine>();
        foreach (var fold in lanes.GroupBy(l => Title(l, folding), StringComparer.Ordinal))
        {
            List<TimelineLane> members = [.. fold];
            if (members.Count < LeastFold) entries.AddRange(members.Select(l => Single(l, inside: false)));
            else entries.Add(new()
            {
                Kind = LaneLineKind.Fold,
                Lane = Sum(members),
                // The parts of an address are separated by commas and stars.
                Key = $"{section}/{fold.Key.Replace(',', ';').Replace('*', ';')}",
                Title = fold.Key,
                Members = members,
                Servers = members.Select(m => m.Destination.Address).Distinct().Count(),
            });
        }
        return [.. entries.OrderBy(e => e.Lane!.First ?? long.MaxValue)];
    }

    private static string Title(TimelineLane lane, LaneFolding folding) => folding == LaneFolding.Operator && lane.Provider is { } provider ? provider : Network(lane.Destination.Address).ToString();

    private static IpPrefix Network(IpAddress address) => IpPrefix.Around(address, address.IsIPv4 ? 96 + 24 : 48);

    private static string KeyOf(LaneGroup group) => group switch { LaneGroup.New => "new", LaneGroup.Usual => "usual", _ => "other" };

    /// <summary>One lane with the traffic of several. It has the class of most of them, and no rule windows: a rule may cover some of them only.</summary>
    private static TimelineLane Sum(List<TimelineLane> members)
    {
        var cells = new SortedDictionary<int, TimelineCell>();
        foreach (var cell in members.SelectMany(m => m.Cells))
        {
            cells[cell.Index] = cells.TryGetValue(cell.Index, out var before)
                ? new(cell.Index, before.Out + cell.Out, before.In + cell.In, before.Rejected + cell.Rejected, before.Answered || cell.Answered, null)
                : cell with { Expected = null };
        }
        var first = members[0];
        return first with
        {
            Class = members.GroupBy(m => m.Class).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key,
            Ports = [.. members.SelectMany(m => m.Ports).Distinct().Order()],
            First = members.Min(m => m.First),
            Last = members.Max(m => m.Last),
            Cells = [.. cells.Values],
            Windows = [],
            FindingIds = [.. members.SelectMany(m => m.FindingIds).Distinct(StringComparer.Ordinal)],
            Bytes = members.Sum(m => m.Bytes),
            Records = members.Sum(m => m.Records),
        };
    }
}
