using System.Text.Json.Serialization;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

public enum SubjectKind : byte { Instance = 1, Cohort = 2 }

/// <summary>Who a finding is about: an instance id, or a cohort such as <c>asg:web</c>, <c>image:ami-…</c>, <c>subnet:subnet-…</c>.</summary>
public readonly record struct Subject(SubjectKind Kind, string Id) : IComparable<Subject>
{
    public int CompareTo(Subject other) => Kind.CompareTo(other.Kind) is var k && k != 0 ? k : string.CompareOrdinal(Id, other.Id);
}

/// <summary>Which rule fired.</summary>
public enum FindingBasis : byte { OwnHistory = 1, CohortHistory = 2, Forbidden = 3 }

public static class FindingBases
{
    public static string Name(this FindingBasis basis) => basis switch
    {
        FindingBasis.OwnHistory => "own-history",
        FindingBasis.CohortHistory => "cohort-history",
        _ => "forbidden",
    };
}

/// <summary>What came back.</summary>
public enum ContactOutcome : byte { Answered = 1, Unanswered = 2, Blocked = 3, AnswerBlocked = 4 }

/// <summary>One line of the sum that makes a severity (tenths) or a confidence.</summary>
/// <param name="Code">Stable kebab-case code, such as <c>first-in-account</c>; <c>start</c> for the starting value.</param>
/// <param name="Points">Tenths of severity, or confidence points.</param>
/// <param name="Evidence">One sentence with the facts it rests on.</param>
public sealed record ScoreFactor(string Code, int Points, string Evidence);

/// <summary>An address of a finding.</summary>
/// <param name="FirstContact">Unix seconds.</param>
public sealed record FindingAddress(IpAddress Address, byte Protocol, ushort Port, string? Provider, CatalogTier Tier, string? CatalogEntryId, long FirstContact, long LastContact);

/// <summary>
/// A destination that was usual for the subject when the finding began.
/// </summary>
/// <param name="DaysSeen">UTC days with contact within the history window before the finding.</param>
/// <param name="Since">Start of the episode that was going on.</param>
public sealed record UsualDestination(IpAddress Address, DnsTransport Transport, string? Provider, long Since, long LastContact, int DaysSeen);

/// <summary>Another instance that talked to the same target before the finding, or began to within L after it; the present use stands in the ledger.</summary>
/// <param name="LastContact">Not after L past the finding's first contact.</param>
/// <param name="Established">Its own use began at least L before the finding.</param>
public sealed record OtherUser(InstanceKey Instance, IpAddress Address, long Since, long LastContact, bool Established, bool SameCohort);

/// <summary>An earlier, closed episode of the same subject and target.</summary>
public sealed record EarlierEpisode(IpAddress Address, long Start, long End);

/// <summary>A target whose traffic was rejected before the contact that went around it.</summary>
/// <param name="At">Start of the last rejected record before that contact, Unix seconds.</param>
public sealed record RejectedTarget(IpAddress Address, DnsTransport Transport, long At);

/// <summary>Why the contact is new: the facts, from which sentences are made.</summary>
public sealed record Novelty
{
    /// <summary>Start of the observation epoch (the instance's, or the cohort's for a cohort finding), Unix seconds.</summary>
    public required long ObservedSince { get; init; }
    /// <summary>Share of hours within the history window before the finding that had records, 0 to 1.</summary>
    public required double Coverage { get; init; }
    /// <summary>H and L in seconds, as used.</summary>
    public required long HistoryWindow { get; init; }
    public required long Learning { get; init; }
    public IReadOnlyList<UsualDestination> Usual { get; init; } = [];
    public IReadOnlyList<OtherUser> Others { get; init; } = [];
    /// <summary>How many others there are; <see cref="Others"/> holds the first 20 by since.</summary>
    public int OtherCount { get; init; }
    public IReadOnlyList<EarlierEpisode> Earlier { get; init; } = [];
    public string? Cohort { get; init; }
    public int CohortPeers { get; init; }
    public int CohortEstablished { get; init; }
    /// <summary>Members of the group who had begun within L before the finding, and the first of them, Unix seconds.</summary>
    public int CohortBegun { get; init; }
    public long CohortBegunSince { get; init; }
    /// <summary>What changed nearby, in sentences: an earlier resolver fell silent, rejects just before.</summary>
    public IReadOnlyList<string> Nearby { get; init; } = [];
    /// <summary>"was expected until 1 June by rule 12", when that is so.</summary>
    public string? WasExpected { get; init; }
    /// <summary>The rule path taken, step by step.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];
    /// <summary>What would have had to differ for it not to fire.</summary>
    public IReadOnlyList<string> Counterfactuals { get; init; } = [];
    /// <summary>Packet-level local addresses behind the interface.</summary>
    public IReadOnlyList<IpAddress> InnerSources { get; init; } = [];
    /// <summary>The target whose reject the contact went around; null unless the finding is about that.</summary>
    public RejectedTarget? Rejected { get; init; }
}

/// <summary>
/// What the engine says: pure, a function of records, catalogue, expected targets, inventory and parameters. Triage lives beside it, by <see cref="Id"/>.
/// </summary>
public sealed record Finding
{
    /// <summary>32 hex digits: a hash of (type, subject, transport, provider or address, start of the first episode).</summary>
    public required string Id { get; init; }
    /// <summary>Hash of the identity without the start: findings that follow each other on one (type, subject, transport, provider or address) share it.</summary>
    public required string GroupId { get; init; }
    public required FindingType Type { get; init; }
    public required Subject Subject { get; init; }
    public required DnsTransport Transport { get; init; }
    /// <summary>Null when uncatalogued.</summary>
    public string? Provider { get; init; }
    /// <summary>Ascending by address.</summary>
    public required IReadOnlyList<FindingAddress> Addresses { get; init; }

    /// <summary>The address contacted first, which stands for the finding wherever there is room for one; null when it names none.</summary>
    [JsonIgnore]
    public FindingAddress? FirstAddress => Addresses.MinBy(a => (a.FirstContact, a.Address));
    public required FindingBasis Basis { get; init; }
    /// <summary>The instances concerned, ordinal order; one for an instance finding.</summary>
    public required IReadOnlyList<InstanceKey> Members { get; init; }
    /// <summary>First contact, Unix seconds.</summary>
    public required long First { get; init; }
    /// <summary>Last contact so far.</summary>
    public required long Last { get; init; }
    /// <summary>Contact records in the finding's episodes.</summary>
    public required long Count { get; init; }
    public TrafficSum Out { get; init; }
    public TrafficSum In { get; init; }
    public required ContactOutcome Outcome { get; init; }
    /// <summary>Tenths, 10 to 89.</summary>
    public required int Severity { get; init; }
    public required IReadOnlyList<ScoreFactor> SeverityFactors { get; init; }
    /// <summary>0 to 99.</summary>
    public required int Confidence { get; init; }
    public required IReadOnlyList<ScoreFactor> ConfidenceFactors { get; init; }
    /// <summary>At or above both report thresholds.</summary>
    public required bool Reported { get; init; }
    /// <summary>The watermark has not passed the first contact yet.</summary>
    public required bool Provisional { get; init; }
    public required Novelty Novelty { get; init; }
    /// <summary>Context of the subject (or of the first member) at the first contact.</summary>
    public string? AccountId { get; init; }
    public string? VpcId { get; init; }
    public string? SubnetId { get; init; }
    public string? Asg { get; init; }
    public string? InstanceName { get; init; }
    public string? Region { get; init; }
    public required string CatalogVersion { get; init; }
    public required string CatalogHash { get; init; }
    /// <summary>Earliest raw records, at most <see cref="EvidenceLine.PerPair"/>; the first is of the rejected target where the finding is about a reject that was gone around.</summary>
    public IReadOnlyList<EvidenceLine> Evidence { get; init; } = [];
}

/// <summary>GuardDuty's bands.</summary>
public enum SeverityBand : byte { Low = 1, Medium = 2, High = 3 }

public static class SeverityBands
{
    public static SeverityBand Of(int tenths) => tenths < 40 ? SeverityBand.Low : tenths < 70 ? SeverityBand.Medium : SeverityBand.High;
}

/// <summary>How an episode was evaluated.</summary>
public enum EpisodeDecision : byte
{
    Alert = 1,
    CohortAlert = 2,
    Forbidden = 3,
    RoleExempt = 4,
    LearnedFromCohort = 5,
    Learned = 6,
    /// <summary>An authoritative server, or one that a resolver asks as such: a member of the daily finding about them.</summary>
    Direct = 7,
}

/// <summary>Everything an evaluation of a scope yields. Lists are in a stable order (findings by first contact, then id).</summary>
public sealed record DetectionResult(IReadOnlyList<Finding> Findings)
{
    /// <summary>What was evaluated: the scope that was asked for, widened to what its data may have changed. Null = everything.</summary>
    public DetectionScope? Evaluated { get; init; }

    /// <summary>
    /// What was accepted without a finding, ascending by instance, destination and first contact. Only of <see cref="DetectionEngine.Evaluate(ContactLedger)"/>: of a stored fleet it is the longest
    /// list of all, so it is made one instance at a time (<see cref="AcceptedContacts"/>).
    /// </summary>
    public IReadOnlyList<AcceptedContact> Accepted { get; init; } = [];

    /// <summary>How much of the data can be evaluated at all. Only of <see cref="DetectionEngine.Evaluate(ContactLedger)"/>.</summary>
    public BlindnessMeter Blindness { get; init; } = BlindnessMeter.Empty;
}
