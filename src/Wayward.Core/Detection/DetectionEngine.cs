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
        var session = Session(ledger);
        return session.Evaluate(ledger.Find) with { Accepted = session.Accepted(ledger.Instances.Values) };
    }

    /// <summary>
    /// Evaluates only findings of the groups in <paramref name="scope"/>; the ledger must hold what <see cref="DetectionScope"/> says (more is never wrong).
    /// For each group the result equals that of <see cref="Evaluate(ContactLedger)"/> on the whole data set.
    /// </summary>
    public DetectionResult Evaluate(ContactLedger ledger, DetectionScope scope) => Session(ledger).EvaluatePart(scope, ledger.Find);

    private DetectionSession Session(ContactLedger ledger)
    {
        var session = new DetectionSession(this) { MaxStart = ledger.MaxStart };
        foreach (var history in ledger.Instances.Values) session.Load(history);
        return session;
    }
}

/// <summary>
/// What a batch touched, as the evaluation sees it. Late data with earliest start s can only change decisions at or after s, and only of the touched
/// (transport, target) pairs and of instances or cohorts whose epoch moved.
/// </summary>
/// <param name="Destinations">Touched destinations, for all instances; findings of the same provider and transport are evaluated with them.</param>
/// <param name="Instances">Touched instances: all their contacts are evaluated.</param>
/// <remarks>
/// For a scoped evaluation that does not use a <see cref="DetectionSession"/>, let D be <paramref name="Destinations"/>, all destinations of <paramref name="Instances"/>, and all
/// addresses of the same providers over the same transports. The ledger must hold, whole: every instance of <paramref name="Instances"/>, every instance that ever contacted one of D, and every
/// member of their cohorts. The whole ledger always qualifies. Where that is too much, keep a <see cref="DetectionSession"/>: it needs the touched instances only.
/// </remarks>
public sealed record DetectionScope(IReadOnlySet<Destination> Destinations, IReadOnlySet<InstanceKey> Instances)
{
    /// <summary>
    /// Set by a <see cref="DetectionSession"/>: exactly the groups that were evaluated (<see cref="Finding.GroupId"/>). <see cref="Instances"/> then holds all their members, past ones included.
    /// </summary>
    public IReadOnlySet<string>? Groups { get; init; }

    /// <summary>
    /// Was this stored finding evaluated by an evaluation of this scope? If so and the evaluation no longer says it, it is to be withdrawn. Use the result's
    /// <see cref="DetectionResult.Evaluated"/>, which is the scope given, widened.
    /// </summary>
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

    internal bool Covers(DestinationSummary destination) => Instances.Contains(destination.Instance.Key) || Destinations.Contains(destination.Destination);
}
