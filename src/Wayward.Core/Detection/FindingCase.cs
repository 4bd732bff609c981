using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>Everything known about one finding when it is scored and explained: computed once, read by scorers and by the novelty builder.</summary>
internal sealed class FindingCase
{
    public required FindingDraft Draft { get; init; }
    public required IReadOnlyList<EpisodeDetail> Details { get; init; }
    /// <summary>The instance whose history stands for the subject: itself, or for a cohort the longest-observed peer.</summary>
    public required InstanceKey Reference { get; init; }
    /// <summary>Hours in which the reference answered DNS from its own port 53.</summary>
    public required IReadOnlyList<ContactHour> Served { get; init; }
    public required DetectionIndex Index { get; init; }
    public required Parameters Parameters { get; init; }
    public required ResolverCatalog Catalog { get; init; }
    public required long MaxStart { get; init; }
    public required Prevalence Prevalence { get; init; }
    public required IReadOnlyList<UsualDestination> Usual { get; init; }
    /// <summary>Usual plain resolvers that fell silent for a day after the first contact.</summary>
    public required IReadOnlyList<UsualDestination> Silent { get; init; }
    /// <summary>The target that rejected this instance's DNS in the hour before, and when; null when none did or the rule does not apply.</summary>
    public required (Destination Target, long At)? RejectedBefore { get; init; }
    /// <summary>Every contact in it was blocked, and the instance then went around the block: the finding about that has these contacts as its first step.</summary>
    public required bool IsGoneAround { get; init; }
    /// <summary>The volume that exceeds its rule most, when there is more than names.</summary>
    public required DnsVolume? Tunnel { get; init; }
    public required IReadOnlyList<EarlierEpisode> Earlier { get; init; }
    /// <summary>Share of the hours of [t-H, t) that had records.</summary>
    public required double Coverage { get; init; }
    public required bool SkipData { get; init; }
    public required ExpectedTarget? ForbiddenBy { get; init; }
    public required (ExpectedTarget Rule, long Until)? WasExpected { get; init; }

    /// <summary>Another destination of the target's operator that this instance used for more than a day with answers, since when, and whether in the same class, plain or encrypted.</summary>
    public required (Destination Destination, long Since, bool SameClass)? KnownProvider { get; init; }
    /// <summary>Something of <see cref="Earlier"/> was answered.</summary>
    public required bool EarlierAnswered { get; init; }

    /// <summary>Of the first contacts in it, each as if it were alone, the most severe; null unless the type is as severe as its most severe member.</summary>
    public MemberScore? MostSevere { get; init; }
    /// <summary>The one with the greatest confidence.</summary>
    public MemberScore? Surest { get; init; }

    public Alert First => Draft.FirstAlert;
    public long Time => Draft.First;
    public InstanceSummary Instance => First.Instance;
    public Destination Destination => First.Destination.Destination;
    public DnsTransport Transport => Destination.Transport;
    public CatalogEntry? Entry => First.Destination.Entry;
    public string? Provider => Entry?.Provider;
    public FindingType Type => Draft.Group.Type;
    public ScoringOptions Scoring => Parameters.Options.Scoring;
    public PatternOptions Patterns => Parameters.Options.Patterns;
    public FindingBasis Basis => First.Evaluation.Decision switch
    {
        EpisodeDecision.Forbidden => FindingBasis.Forbidden,
        EpisodeDecision.CohortAlert => FindingBasis.CohortHistory,
        _ => FindingBasis.OwnHistory,
    };

    /// <summary>Of all episodes: the strongest thing that came back.</summary>
    public ContactOutcome Outcome
    {
        get
        {
            bool blocked = true, answerBlocked = false;
            foreach (var detail in Details)
            {
                if (detail.Outcome == ContactOutcome.Answered) return ContactOutcome.Answered;
                answerBlocked |= detail.Outcome == ContactOutcome.AnswerBlocked;
                blocked &= detail.Outcome == ContactOutcome.Blocked;
            }
            return answerBlocked ? ContactOutcome.AnswerBlocked : blocked ? ContactOutcome.Blocked : ContactOutcome.Unanswered;
        }
    }

    public ContactFlags Flags => Details.Aggregate(ContactFlags.None, (all, d) => all | d.Flags);
    public long Packets => Details.Sum(d => d.OutAccepted.Packets + d.OutRejected.Packets);
    public string TargetText => Wording.Target(Provider, Destination.Address);
}

/// <summary>A first contact in a finding about several, scored as if it were alone.</summary>
internal sealed class MemberScore(FindingCase single)
{
    public FindingCase Case { get; } = single;
    public IReadOnlyList<ScoreFactor> Factors { get; } = SeverityScorer.Factors(single);
    public int Severity => Factors.Sum(f => f.Points);
    public IReadOnlyList<ScoreFactor> Confidence { get; } = ConfidenceScorer.Factors(single);
    public int ConfidenceSum => Confidence.Sum(f => f.Points);
}

/// <summary>Who else talks to the target of a finding.</summary>
internal sealed class Prevalence
{
    /// <summary>Others with contact in [t-H, t).</summary>
    public required int Before { get; init; }
    public required int EstablishedBefore { get; init; }
    /// <summary>Others of the same account with contact in [t-H, t).</summary>
    public required int BeforeInAccount { get; init; }
    /// <summary>Instances, members included, for which this target alerted within L of the first contact.</summary>
    public required int Spreading { get; init; }
    public string? Cohort { get; init; }
    public int CohortPeers { get; init; }
    public int CohortEstablished { get; init; }
    /// <summary>Other members of the cohort who began it within L before t, and the first of them.</summary>
    public int CohortBegun { get; init; }
    public long CohortBegunSince { get; init; }
    /// <summary>Others in the order of adoption, at most <see cref="Shown"/>.</summary>
    public required IReadOnlyList<OtherUser> Others { get; init; }
    public required int OtherCount { get; init; }

    public const int Shown = 20;
}
