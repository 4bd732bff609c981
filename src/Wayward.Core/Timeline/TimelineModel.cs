using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.Timeline;

/// <summary>Width of a cell; the value is its hours.</summary>
public enum TimelineResolution { Hour = 1, SixHours = 6, Day = 24 }

/// <summary>Where a lane stands, top to bottom.</summary>
public enum LaneGroup : byte
{
    /// <summary>Named by a finding, or first contacted after learning and recently.</summary>
    New = 1,
    /// <summary>Part of what this instance does: begun while learning, or long ago.</summary>
    Usual = 2,
    /// <summary>No contact of ours in sight (answers only, both ports 53), or a root or TLD server.</summary>
    Other = 3,
}

/// <summary>The class of a destination, from which a lane takes its hue.</summary>
public enum LaneClass : byte { KnownPublic = 1, Uncatalogued = 2, Encrypted = 3, Authoritative = 4 }

/// <summary>What could have been seen in a cell. Silence is <see cref="Logged"/> without traffic; it never looks like <see cref="Missing"/>.</summary>
public enum CoverageState : byte
{
    /// <summary>Before the instance was first seen, or after the end of the data: nothing is claimed.</summary>
    Outside = 0,
    /// <summary>Inside the data, and no record of any sort.</summary>
    Missing = 1,
    /// <summary>Some hours without records, or records lost by the platform (SKIPDATA).</summary>
    Partly = 2,
    Logged = 3,
}

/// <summary>One cell of the coverage strip.</summary>
/// <param name="LoggedHours">Hours with records, of <paramref name="Hours"/> that lie inside the data.</param>
/// <param name="SkipHours">Hours in which records were lost.</param>
public readonly record struct CoverageCell(CoverageState State, int LoggedHours, int SkipHours, int Hours);

/// <summary>Traffic of one lane in one cell. Cells without any are absent.</summary>
/// <param name="Index">Cell number from <see cref="InstanceTimeline.From"/>.</param>
/// <param name="Out">Contact records, accepted and rejected.</param>
/// <param name="In">Records from the destination, accepted and rejected.</param>
/// <param name="Rejected">Contact records that were rejected.</param>
/// <param name="Answered">An accepted record came back.</param>
/// <param name="Expected">The rule that covered the contact, or null.</param>
public readonly record struct TimelineCell(int Index, TrafficSum Out, TrafficSum In, long Rejected, bool Answered, int? Expected)
{
    /// <summary>Every contact record was rejected.</summary>
    public bool Blocked => Out.Records > 0 && Rejected == Out.Records;
    public long Bytes => Out.Bytes + In.Bytes;
    public long Packets => Out.Packets + In.Packets;
    public long Records => Out.Records + In.Records;
}

/// <summary>A span on a lane in which a rule decides. Unix seconds, half-open, clipped to the timeline.</summary>
public readonly record struct ExpectedWindow(long From, long To, int RuleId, ExpectedAction Action);

/// <summary>One destination over time.</summary>
public sealed record TimelineLane
{
    public required Destination Destination { get; init; }
    /// <summary>Null when uncatalogued.</summary>
    public string? Provider { get; init; }
    public required CatalogTier Tier { get; init; }
    public required LaneClass Class { get; init; }
    public required LaneGroup Group { get; init; }
    /// <summary>Protocol and port pairs behind the transport, ascending.</summary>
    public required IReadOnlyList<(byte Protocol, ushort Port)> Ports { get; init; }
    /// <summary>First and last contact in the whole history that was given, not only in the span shown; null when there was none.</summary>
    public long? First { get; init; }
    public long? Last { get; init; }
    /// <summary>Ascending by index.</summary>
    public required IReadOnlyList<TimelineCell> Cells { get; init; }
    public required IReadOnlyList<ExpectedWindow> Windows { get; init; }
    /// <summary>Findings that name this destination.</summary>
    public required IReadOnlyList<string> FindingIds { get; init; }
    public long Bytes { get; init; }
    public long Records { get; init; }
}

/// <summary>A span in which the instance was learning.</summary>
public readonly record struct LearnedSpan(long From, long To);

/// <summary>A finding as the timeline needs it.</summary>
/// <param name="At">First contact, Unix seconds.</param>
/// <param name="Address">One of its addresses; lanes match it by address, or by provider when there is one.</param>
public sealed record TimelineFinding(string Id, long At, DnsTransport Transport, IpAddress Address, string? Provider, int Severity, FindingStatus Status, string Label)
{
    public static TimelineFinding Of(Finding finding, FindingStatus status) => new(
        finding.Id, finding.First, finding.Transport, finding.FirstAddress?.Address ?? IpAddress.None,
        finding.Provider, finding.Severity, status, FindingText.Target(finding).Operator);

    public bool Names(Destination destination, string? provider) =>
        destination.Transport == Transport && (destination.Address == Address || (Provider is not null && Provider == provider));
}

/// <summary>A decision of an analyst, drawn as a small mark on the axis.</summary>
/// <param name="At">Unix seconds.</param>
public sealed record TimelineDecision(long At, string Label, string Actor, string? FindingId);

/// <summary>What a timeline is built from.</summary>
public sealed record TimelineRequest
{
    /// <summary>All of the instance's history that is known; more than the span shown, so that first contacts and epochs are true.</summary>
    public required InstanceHistory History { get; init; }
    public required ResolverCatalog Catalog { get; init; }
    public IReadOnlyList<TimelineFinding> Findings { get; init; } = [];
    public IReadOnlyList<TimelineDecision> Decisions { get; init; } = [];
    public IReadOnlyList<ExpectedTarget> Expected { get; init; } = [];
    public DetectionOptions Options { get; init; } = DetectionOptions.Default;
    /// <summary>Unix seconds; rounded down to a whole cell.</summary>
    public required long From { get; init; }
    /// <summary>Unix seconds, exclusive; rounded up to a whole cell.</summary>
    public required long To { get; init; }
    public TimelineResolution Resolution { get; init; } = TimelineResolution.SixHours;
    /// <summary>Unix seconds of the finding that the span is drawn around: what began less than the learning time before it is new. Null = counted back from <see cref="To"/>.</summary>
    public long? Moment { get; init; }
    /// <summary>Largest record start in the whole data set: later hours are not missing, they have not come yet. 0 = unknown, taken from the coverage.</summary>
    public long MaxStart { get; init; }
}
