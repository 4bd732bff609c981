using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>
/// Evaluates first contacts: findings = F(ledger, catalogue, expected targets, parameters). No wall clock, no arrival order, no random number.
/// </summary>
public sealed class DetectionEngine
{
    /// <param name="catalog">With its version and hash, which go into every finding.</param>
    /// <param name="expected">All rules, expired ones included.</param>
    public DetectionEngine(ResolverCatalog catalog, IReadOnlyList<ExpectedTarget> expected, DetectionOptions options) : this(catalog, expected, options, Boundaries.Exact)
    {
    }

    internal DetectionEngine(ResolverCatalog catalog, IReadOnlyList<ExpectedTarget> expected, DetectionOptions options, Boundaries boundaries)
    {
        Catalog = catalog;
        Expected = expected;
        Options = options;
        Parameters = new Parameters(options, boundaries);
        Matcher = new ExpectedMatcher(expected) { RoleReader = history => Roles.Of(history, catalog, options.Patterns), Patterns = options.Patterns };
    }

    public ResolverCatalog Catalog { get; }
    public IReadOnlyList<ExpectedTarget> Expected { get; }
    public DetectionOptions Options { get; }
    internal Parameters Parameters { get; }
    internal ExpectedMatcher Matcher { get; }

    /// <summary>Evaluates everything in the ledger, which must be the whole data set.</summary>
    public DetectionResult Evaluate(ContactLedger ledger)
    {
        var fleet = new FleetLoader(this, ledger.MaxStart);
        foreach (var history in ledger.Instances.Values) fleet.Load(history);
        return fleet.Evaluate(ledger.Find) with { Accepted = fleet.Accepted(ledger.Instances.Values), Blindness = fleet.Blindness(ledger) };
    }
}

/// <summary>What was evaluated: the findings of these groups, or of these instances and destinations.</summary>
public sealed record DetectionScope(IReadOnlySet<Destination> Destinations, IReadOnlySet<InstanceKey> Instances)
{
    /// <summary>
    /// Set by a <see cref="LiveBatch"/>: exactly the groups that were evaluated (<see cref="Finding.GroupId"/>). <see cref="Instances"/> then holds all their members, past ones included.
    /// </summary>
    public IReadOnlySet<string>? Groups { get; init; }

    /// <summary>Was this stored finding evaluated? If so and the evaluation no longer says it, it is to be withdrawn.</summary>
    public bool Covers(Finding finding)
    {
        if (Groups is not null) return Groups.Contains(finding.GroupId);
        if (finding.Subject.Kind == SubjectKind.Instance && Instances.Contains(new InstanceKey(finding.Subject.Id))) return true;
        foreach (var address in finding.Addresses)
            if (Destinations.Contains(new Destination(address.Address, finding.Transport))) return true;
        foreach (var member in finding.Members)
            if (Instances.Contains(member)) return true;
        return false;
    }
}
