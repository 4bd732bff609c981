using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Triage;

/// <summary>Both sides of a rule before it is saved: what goes quiet, and what one would miss. Pure; reads only.</summary>
public static class ExpectedPreviewBuilder
{
    /// <summary>How many unasked contacts are listed; all are counted.</summary>
    public const int MaxUnasked = 100;

    /// <param name="ledger">The whole ledger.</param>
    /// <param name="before">The engine with the present rules.</param>
    /// <param name="rule">The rule to try, not among the engine's.</param>
    /// <param name="open">Ids of open findings: only these can close; null = all.</param>
    /// <param name="fromFindingId">The finding that the rule was made from.</param>
    public static ExpectedPreview Build(ContactLedger ledger, DetectionEngine before, ExpectedTarget rule, IReadOnlySet<string>? open = null, string? fromFindingId = null)
    {
        var after = new DetectionEngine(before.Catalog, [.. before.Expected, rule], before.Options);
        var present = before.Evaluate(ledger).Findings;
        return Compare(present, after.Evaluate(ledger).Findings, Unasked(ledger, before, rule, present), before, rule, ledger.MaxStart, open, fromFindingId);
    }

    /// <param name="present">Findings without the rule, ascending; at least those of which the rule may change anything, and the one that it was made from.</param>
    /// <param name="then">With it.</param>
    internal static ExpectedPreview Compare(
        IReadOnlyList<Finding> present, IEnumerable<Finding> then, List<UnaskedContact> unasked, DetectionEngine before, ExpectedTarget rule, long maxStart, IReadOnlySet<string>? open, string? fromFindingId)
    {
        var future = then.ToLookup(f => f.GroupId);
        var closes = new List<Finding>();
        var partly = new List<string>();
        foreach (var finding in present)
        {
            if (open is not null && !open.Contains(finding.Id)) continue;
            // The same finding, or one with a later start where its first contacts are covered.
            var left = future[finding.GroupId].FirstOrDefault(f => f.First >= finding.First && f.First <= finding.Last);
            if (left is null) closes.Add(finding);
            else if (left.Id != finding.Id || left.Count != finding.Count || left.Members.Count != finding.Members.Count || left.Addresses.Count != finding.Addresses.Count) partly.Add(finding.Id);
        }
        var from = fromFindingId is null ? null : present.FirstOrDefault(f => f.Id == fromFindingId);
        return new ExpectedPreview(
            [.. closes.Select(f => f.Id)], partly, [.. closes.SelectMany(f => f.Members).Distinct().Order()],
            unasked.Count <= MaxUnasked ? unasked : unasked[..MaxUnasked], unasked.Count,
            from is null ? null : Narrowest(from), ExpectedLint.Check(rule, before.Expected, before.Catalog, maxStart));
    }

    /// <summary>The narrowest scope that still covers a finding: its instance, or its cohort (whose next members would ask the same).</summary>
    public static ExpectedScope Narrowest(Finding finding) => finding.Subject.Kind == SubjectKind.Instance
        ? new ExpectedScope { Instances = [finding.Subject.Id] }
        : new ExpectedScope { Cohorts = [finding.Subject.Id] };

    /// <summary>The contacts that findings are about.</summary>
    internal static HashSet<(InstanceKey, Destination)> Asked(IEnumerable<Finding> findings) => findings.SelectMany(f => f.Members, (f, member) => (f, member))
        .SelectMany(x => x.f.Addresses, (x, address) => (x.member, new Destination(address.Address, x.f.Transport))).ToHashSet();

    private static List<UnaskedContact> Unasked(ContactLedger ledger, DetectionEngine before, ExpectedTarget rule, IReadOnlyList<Finding> findings)
    {
        var asked = Asked(findings);
        var matcher = new ExpectedMatcher([rule with { DeletedAt = null }]);
        long from = ledger.MaxStart - before.Parameters.History;
        var unasked = new List<UnaskedContact>();
        var cells = new List<EpisodeCell>();
        foreach (var history in ledger.Instances.Values)
        {
            foreach (var pairs in DestinationPairs.Of(history, before.Catalog))
            {
                if (asked.Contains((history.Key, pairs.Destination))) continue;
                pairs.Collect(history, matcher, before.Parameters, cells);
                long first = long.MaxValue, last = 0;
                foreach (var cell in cells)
                {
                    if (cell.Rule is null || cell.End < from) continue;
                    first = Math.Min(first, cell.Start);
                    last = Math.Max(last, cell.End);
                }
                if (last != 0) unasked.Add(new UnaskedContact(history.Key, pairs.Destination.Address, pairs.Destination.Transport, pairs.Entry?.Provider, first, last));
            }
        }
        return unasked;
    }
}
