using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>
/// Judges first contacts: findings = F(ledger, catalogue, expected targets, parameters). No wall clock, no arrival order, no random number.
/// </summary>
/// <param name="catalog">With its version and hash, which go into every finding.</param>
/// <param name="expected">All rules, expired ones included.</param>
public sealed class DetectionEngine(ResolverCatalog catalog, IReadOnlyList<ExpectedTarget> expected, DetectionOptions options)
{
    public ResolverCatalog Catalog { get; } = catalog;
    public IReadOnlyList<ExpectedTarget> Expected { get; } = expected;
    public DetectionOptions Options { get; } = options;

    /// <summary>Judges everything in the ledger, which must be the whole data set.</summary>
    public DetectionResult Judge(ContactLedger ledger) => throw new NotSupportedException();

    /// <summary>
    /// Judges only findings of the groups in <paramref name="scope"/>; the ledger must hold what <see cref="DetectionScope"/> says.
    /// For each group the result equals that of <see cref="Judge(ContactLedger)"/> on the whole data set.
    /// </summary>
    public DetectionResult Judge(ContactLedger ledger, DetectionScope scope) => throw new NotSupportedException();
}

/// <summary>
/// What a batch touched, as the judgement sees it. Late data with earliest start s can only change decisions at or after s, and only of the touched
/// (transport, target) pairs and of instances or cohorts whose epoch moved.
/// </summary>
/// <param name="Destinations">Touched destinations; findings of the same provider are judged with them.</param>
/// <param name="Instances">Touched instances: all their contacts are judged.</param>
public sealed record DetectionScope(IReadOnlySet<Destination> Destinations, IReadOnlySet<InstanceKey> Instances);
