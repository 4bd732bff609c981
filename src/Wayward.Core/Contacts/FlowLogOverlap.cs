using System.Globalization;

namespace Wayward.Core.Contacts;

/// <summary>Two flow logs that logged one interface at the same time.</summary>
/// <param name="Interface">The first of the interfaces, by id.</param>
/// <param name="Interfaces">How many there are.</param>
public sealed record FlowLogOverlap(string First, string Second, string Interface, int Interfaces)
{
    /// <summary>One sentence for the operator.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"Two flow logs cover {(Interfaces == 1 ? $"the interface {Interface}" : $"{Interfaces} interfaces, {Interface} among them")}: {First}, and {Second}. Their contacts count once.");
}

/// <summary>
/// Counts the flows of an interface once, whatever number of flow logs watch it. The ledger keeps the cells of each flow log apart, so the order in which objects arrive cannot matter.
/// </summary>
public static class FlowLogOverlaps
{
    /// <summary>What a fact of <see cref="InstanceAttribute.FlowLog"/> says: this flow log had contacts of this interface.</summary>
    private readonly record struct Watch(string Interface, int Number, string Name, long First, long Last)
    {
        public bool Meets(in Watch other) => Interface == other.Interface && Number != other.Number && First <= other.Last && other.First <= Last;
    }

    /// <summary>The value of the fact.</summary>
    internal static string Value(string interfaceId, LogOrigin origin) =>
        string.Create(CultureInfo.InvariantCulture, $"{(interfaceId.Length == 0 ? "-" : interfaceId)} {origin.Number:x} {origin.Name}");

    /// <summary>A value of the fact in words, such as "fl-0123456789abcdef0 on eni-0123456789abcdef0".</summary>
    public static string Words(string value) => value.Split(' ', 3) is [var eni, _, var name] ? eni == "-" ? name : $"{name} on {eni}" : value;

    /// <summary>Makes one cell of each pair and hour. The history must have all of its facts; cells that need no change stay the objects that they are.</summary>
    public static void Resolve(InstanceHistory history)
    {
        List<Watch>? watches = null;
        foreach (var (_, cells) in history.Pairs)
        {
            for (int i = 1; i < cells.Count; i++)
            {
                if (cells[i].Hour != cells[i - 1].Hour) continue;
                Resolve(cells, watches ??= WatchesOf(history.Facts));
                break;
            }
        }
    }

    /// <summary>Resolves every history of a ledger.</summary>
    public static void Resolve(ContactLedger ledger)
    {
        foreach (var (_, history) in ledger.Instances) Resolve(history);
    }

    /// <summary>Which flow logs overlap; ascending by the names of both.</summary>
    public static IReadOnlyList<FlowLogOverlap> Of(IEnumerable<InstanceHistory> histories) => Of(histories.SelectMany(h => h.Facts));

    /// <param name="facts">Of all instances and bare interfaces; others than those of flow logs are passed over.</param>
    public static IReadOnlyList<FlowLogOverlap> Of(IEnumerable<InstanceFact> facts)
    {
        var found = new SortedDictionary<(string, string), SortedSet<string>>();
        foreach (var watches in WatchesOf(facts).GroupBy(w => w.Interface, StringComparer.Ordinal).Select(g => g.ToList()))
        {
            for (int i = 0; i < watches.Count; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    if (!watches[i].Meets(watches[j])) continue;
                    var names = string.CompareOrdinal(watches[i].Name, watches[j].Name) < 0 ? (watches[i].Name, watches[j].Name) : (watches[j].Name, watches[i].Name);
                    if (!found.TryGetValue(names, out var interfaces)) found.Add(names, interfaces = new(StringComparer.Ordinal));
                    interfaces.Add(watches[i].Interface);
                }
            }
        }
        return [.. found.Select(f => new FlowLogOverlap(f.Key.Item1, f.Key.Item2, f.Value.Min!, f.Value.Count))];
    }

    private static List<Watch> WatchesOf(IEnumerable<InstanceFact> facts)
    {
        var watches = new List<Watch>();
        foreach (var fact in facts)
        {
            if (fact.Attribute != InstanceAttribute.FlowLog || fact.Value.Split(' ', 3) is not [var eni, var number, var name]) continue;
            if (int.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)) watches.Add(new(eni, value, name, fact.First, fact.Last));
        }
        return watches;
    }

    private static void Resolve(List<ContactHour> cells, List<Watch> watches)
    {
        var resolved = new List<ContactHour>(cells.Count);
        for (int from = 0, to; from < cells.Count; from = to)
        {
            for (to = from + 1; to < cells.Count && cells[to].Hour == cells[from].Hour;) to++;
            resolved.Add(to - from == 1 ? cells[from] : OneOf(cells[from..to], watches));
        }
        cells.Clear();
        cells.AddRange(resolved);
    }

    /// <param name="cells">Of one pair and hour, each of another flow log.</param>
    private static ContactHour OneOf(List<ContactHour> cells, List<Watch> watches)
    {
        // The richer format first; of two equal ones the one that tells of more.
        cells.Sort(static (a, b) => a.Richness != b.Richness ? b.Richness - a.Richness : Records(a) != Records(b) ? Records(b).CompareTo(Records(a)) : a.Log.CompareTo(b.Log));
        var counted = new List<ContactHour>();
        foreach (var cell in cells)
            if (!counted.Exists(other => AreOfOneInterface(other, cell, watches) && !FollowEachOther(other, cell))) counted.Add(cell);
        var one = counted[0].Copy();
        for (int i = 1; i < counted.Count; i++) one.Merge(counted[i]);
        return one;

        static long Records(ContactHour cell) => cell.OutAccepted.Records + cell.OutRejected.Records + cell.InAccepted.Records + cell.InRejected.Records;
    }

    /// <summary>Did both flow logs watch one interface in that hour? An instance may have interfaces that are logged one by one.</summary>
    private static bool AreOfOneInterface(ContactHour a, ContactHour b, List<Watch> watches)
    {
        long start = a.Hour * UnixTime.HourSeconds, end = start + UnixTime.HourSeconds - 1;
        foreach (var mine in watches)
        {
            if (mine.Number != a.Log || mine.First > end || mine.Last < start) continue;
            foreach (var other in watches)
                if (other.Number == b.Log && other.Interface == mine.Interface && other.First <= end && other.Last >= start) return true;
        }
        return false;
    }

    /// <summary>One flow log took the place of the other within the hour: what they saw is not the same.</summary>
    private static bool FollowEachOther(ContactHour a, ContactHour b) => a.HasContact && b.HasContact && (a.LastContact < b.FirstContact || b.LastContact < a.FirstContact);
}
