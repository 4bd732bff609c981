using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>A first contact over one kind of transport. It is found by <see cref="EpisodeEvaluator"/>, for every transport by the same rules.</summary>
public abstract class FirstContactType(byte id, string name) : FindingType(id, name)
{
    public override bool IsFirstContact => true;

    /// <summary>The transports whose first contacts are of this type.</summary>
    public abstract IReadOnlyList<DnsTransport> Transports { get; }

    /// <summary>A first contact that goes around a block is told by the finding about that, which has the block as its first step; so is what was blocked.</summary>
    internal sealed override bool IsBorneOut(FindingCase c) => !c.Parameters.Options.Stories || !c.Parameters.Options.OwnTypes
        || !c.IsGoneAround && c.Details.Any(d => d.Outcome != ContactOutcome.Answered || EvasionAfterBlock.RejectedBefore(d.Alert, c.Parameters) is null);

    internal sealed override string Headline(Finding finding, string target) => $"{Subject(finding)} {FindingText.Verb(finding)} {target}{FindingText.Newness(finding)}";

    internal sealed override string Why(Finding finding) => FindingText.WhyFirstContact(finding);
    internal sealed override List<ScoreFactor> Severity(FindingCase c) => FirstContactSeverity.Factors(c);
    internal sealed override List<string> Path(FindingCase c) => FirstContactPath.Path(c);
    internal sealed override List<string> Counterfactuals(FindingCase c) => FirstContactPath.Counterfactuals(c);

    /// <summary>"and it answered" or "without an answer".</summary>
    private protected static string Came(FindingCase c) => c.Outcome == ContactOutcome.Answered ? "and it answered" : "without an answer";

    /// <summary>Does a tier A or B entry name the target?</summary>
    private protected static bool IsCatalogued(FindingCase c) => c.Entry?.Tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned;
}
