using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Whose records bear on a finding: its members, whoever else uses its targets, and the group that they are compared with.</summary>
public static class BearingInstances
{
    /// <returns>By instance, whether each hour of its coverage bears on the finding; of the others, days are enough.</returns>
    public static IReadOnlyDictionary<InstanceKey, bool> Of(ContactLedger ledger, IReadOnlyList<Finding> findings, ResolverCatalog catalog)
    {
        var bearing = new SortedDictionary<InstanceKey, bool>();
        foreach (var finding in findings)
        {
            foreach (var member in finding.Members) bearing[member] = true;
            foreach (var other in finding.Novelty.Others) bearing[other.Instance] = true;
            var targets = finding.Addresses.Select(a => a.Address).ToHashSet();
            bool byGroup = finding.Basis == FindingBasis.CohortHistory || finding.Subject.Kind == SubjectKind.Cohort;
            foreach (var (key, history) in ledger.Instances)
            {
                bool uses = history.Pairs.Keys.Any(e => targets.Contains(e.Address) || finding.Provider is { } provider && catalog.FindAddress(e.Address, finding.Transport)?.Provider == provider);
                if (uses) bearing[key] = true;
                else if (finding.Novelty.Cohort is { } cohort && Cohorts.Names(history.Facts).Contains(cohort)) bearing[key] = byGroup || bearing.GetValueOrDefault(key);
            }
        }
        return bearing;
    }
}
