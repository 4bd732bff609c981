namespace Wayward.Core.Contacts;

/// <summary>Sums over records of one direction and action.</summary>
public record struct TrafficSum(long Records, long Packets, long Bytes)
{
    public static TrafficSum operator +(TrafficSum a, TrafficSum b) => new(a.Records + b.Records, a.Packets + b.Packets, a.Bytes + b.Bytes);
    public static TrafficSum Add(TrafficSum left, TrafficSum right) => left + right;
}

/// <summary>Facts that or together in a cell. Values are stored; do not renumber.</summary>
[Flags]
public enum ContactSigns : short
{
    None = 0,
    /// <summary>An egress SYN without ACK: we opened the connection.</summary>
    SynSent = 1,
    /// <summary>An ingress SYN+ACK from the service port: we opened it and it answered.</summary>
    SynAckReceived = 2,
    /// <summary>An egress record with both ports 53 (or both 853): direction unknown, never a contact by itself.</summary>
    BothPortsService = 4,
    /// <summary>The side of at least one record was told from addresses only.</summary>
    SideFromAddresses = 8,
    /// <summary>At least one record came through a NAT64 form of the address.</summary>
    Nat64 = 16,
}

/// <summary>
/// One cell of the contact ledger: (instance, endpoint, UTC hour of start). Everything in it is a min, max, sum, or, or a capped set by
/// a fixed order, so the order of merging cannot matter. A cell exists also for records that are not contacts (answers, both ports 53): then <see cref="HasContact"/> is false.
/// </summary>
public sealed class ContactHour
{
    /// <summary>How many inner sources a cell keeps: the smallest by address.</summary>
    public const int MaxInnerSources = 4;

    /// <summary>Hours since the epoch.</summary>
    public required int Hour { get; init; }

    /// <summary>Start of the first contact record, Unix seconds; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstContact { get; set; } = long.MaxValue;
    /// <summary>Largest end of a contact record, Unix seconds; 0 when there is none.</summary>
    public long LastContact { get; set; }
    public bool HasContact => LastContact != 0;

    /// <summary>Contact records, accepted.</summary>
    public TrafficSum OutAccepted { get; set; }
    /// <summary>Contact records, rejected.</summary>
    public TrafficSum OutRejected { get; set; }
    /// <summary>Ingress records from the endpoint, accepted.</summary>
    public TrafficSum InAccepted { get; set; }
    public TrafficSum InRejected { get; set; }
    /// <summary>Most packets in one contact record.</summary>
    public long MaxPackets { get; set; }
    public ContactSigns Signs { get; set; }

    /// <summary>Smallest start of an accepted ingress record; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstAnswer { get; set; } = long.MaxValue;
    /// <summary>Largest start of an accepted ingress record; 0 when there is none.</summary>
    public long LastAnswer { get; set; }
    /// <summary>Bit m set: an accepted ingress record starts in minute m of the hour. Tells "answered inside the episode" apart where first and last lie outside it.</summary>
    public ulong AnswerMinutes { get; set; }

    /// <summary>Packet-level local addresses that differ from the interface's (pods, inner sources); the smallest <see cref="MaxInnerSources"/>.</summary>
    public IReadOnlyList<FlowLogs.IpAddress> InnerSources { get; set; } = [];

    /// <summary>
    /// Where the first contact record stands: the object's id (a hash of its identity, so that ties break the same way in every run) and line;
    /// 0 when there is none. Minimum by (FirstContact, object, line).
    /// </summary>
    public long FirstObject { get; set; }
    public long FirstLine { get; set; }

    /// <summary>Folds another cell of the same key into this one.</summary>
    public void Merge(ContactHour other) => throw new NotSupportedException();
}

/// <summary>
/// Coverage of one instance on one UTC day: what could have been seen. Min, max, sum and or only.
/// </summary>
public sealed class CoverageDay
{
    /// <summary>Days since the epoch.</summary>
    public required int Day { get; init; }
    /// <summary>Smallest start of any record, NODATA included.</summary>
    public long FirstStart { get; set; } = long.MaxValue;
    /// <summary>Largest end of any record that starts on this day.</summary>
    public long LastEnd { get; set; }
    /// <summary>Bit h: a record with status OK or NODATA starts in hour h.</summary>
    public uint Hours { get; set; }
    /// <summary>Bit h: a SKIPDATA record starts in hour h.</summary>
    public uint SkipHours { get; set; }
    public long Records { get; set; }

    public void Merge(CoverageDay other) => throw new NotSupportedException();
}

/// <summary>
/// A raw record kept as evidence: the earliest contact records of a pair, at most <see cref="PerPair"/>, minimum by (start, object, line).
/// </summary>
/// <param name="Text">The line as it stood, ASCII with other bytes escaped; at most 2,000 characters.</param>
public sealed record EvidenceLine(long Start, long ObjectId, long Line, string Text)
{
    public const int PerPair = 3;
}

/// <summary>What a record said about its instance, valid from its first to its last sight. One value per (attribute, value).</summary>
/// <param name="First">Smallest start, Unix seconds.</param>
/// <param name="Last">Largest end.</param>
public sealed record InstanceFact(InstanceAttribute Attribute, string Value, long First, long Last);

/// <summary>Values are stored; do not renumber.</summary>
public enum InstanceAttribute : byte { Account = 1, Vpc = 2, Subnet = 3, Asg = 4, Interface = 5, Image = 6, Name = 7, Region = 8, LaunchTemplate = 9, Role = 10, PrivateAddress = 11 }
