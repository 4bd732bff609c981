namespace Wayward.Core.Triage.Exchange;

/// <summary>A rule of a file that changes the end, owner, reason or ticket of one in force.</summary>
/// <param name="What">The names of the fields that differ: <c>to</c>, <c>owner</c>, <c>reason</c>, <c>ticket</c>.</param>
public sealed record ChangedRule(ExpectedTarget Before, ExpectedTarget After, IReadOnlyList<string> What);

/// <summary>What an import of a file would do, before it does it.</summary>
/// <param name="Missing">Rules in force that the file does not have; they end only if the import replaces the list.</param>
public sealed record RuleDiff(IReadOnlyList<ExpectedTarget> Added, IReadOnlyList<ChangedRule> Changed, IReadOnlyList<ExpectedTarget> Missing, int Unchanged)
{
    /// <param name="stored">All rules of the store.</param>
    /// <param name="now">Unix seconds: a rule that has ended is not in force.</param>
    public static RuleDiff Of(IEnumerable<ExpectedTarget> stored, IReadOnlyList<ExpectedTarget> file, long now)
    {
        var inForce = stored.Where(r => r.DeletedAt is null && (r.ValidTo is null || r.ValidTo > now)).OrderBy(r => r.Id).ToList();
        var byKey = inForce.GroupBy(r => RuleRow.Of(r).Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        List<ExpectedTarget> added = [];
        List<ChangedRule> changed = [];
        var met = new HashSet<string>(StringComparer.Ordinal);
        int unchanged = 0;
        foreach (var rule in file)
        {
            string key = RuleRow.Of(rule).Key;
            met.Add(key);
            if (!byKey.TryGetValue(key, out var present)) added.Add(rule);
            else if (Differences(present, rule) is { Count: > 0 } what) changed.Add(new(present, rule, what));
            else unchanged++;
        }
        return new(added, changed, [.. inForce.Where(r => !met.Contains(RuleRow.Of(r).Key))], unchanged);
    }

    public bool IsEmpty => Added.Count + Changed.Count + Missing.Count == 0;

    private static List<string> Differences(ExpectedTarget before, ExpectedTarget after)
    {
        var (was, now) = (RuleRow.Of(before), RuleRow.Of(after));
        List<string> what = [];
        if (was.To != now.To) what.Add("to");
        if (was.Owner != now.Owner) what.Add("owner");
        if (was.Reason != now.Reason) what.Add("reason");
        if (was.Ticket != now.Ticket) what.Add("ticket");
        return what;
    }
}
