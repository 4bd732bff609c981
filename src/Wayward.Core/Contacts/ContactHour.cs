namespace Wayward.Core.Contacts;

/// <summary>Sums over records of one direction and action.</summary>
public record struct TrafficSum(long Records, long Packets, long Bytes)
{
    public static TrafficSum operator +(TrafficSum a, TrafficSum b) => new(a.Records + b.Records, a.Packets + b.Packets, a.Bytes + b.Bytes);
    public static TrafficSum Add(TrafficSum left, TrafficSum right) => left + right;
}

/// <summary>Facts that or together in a cell. Values are stored; do not renumber.</summary>
[Flags]
public enum ContactFlags : short
{
    None = 0,
    /// <summary>An egress SYN without ACK: we opened the connection.</summary>
    SynSent = 1,
    /// <summary>An ingress SYN+ACK from the service port: we opened it and it answered.</summary>
    SynAckReceived = 2,
    /// <summary>
    /// An egress record without our SYN from local port 53 or 853 or from a port equal to the remote one: a server's answer looks the same.
    /// </summary>
    BothPortsService = 4,
    /// <summary>The side of at least one record was told from addresses only.</summary>
    SideFromAddresses = 8,
    /// <summary>At least one record came through a NAT64 form of the address.</summary>
    Nat64 = 16,
    /// <summary>
    /// At least one contact record proves more than segments of nothing but headers would. Formats without <c>tcp-flags</c> cannot tell a reset from a SYN; TCP segments without options or
    /// payload are what replies to probes look like and no SYN of an operating system does. A run of such records alone is no contact.
    /// </summary>
    Proven = 32,
    /// <summary>In the cell of <see cref="ContactHour.Served"/>: egress from local port 53, the inner sources being clients that were answered.</summary>
    ServedDns = 64,
    /// <summary>
    /// At least one contact record of a format without <c>tcp-flags</c> holds TCP segments as large as a SYN with options, and no larger: ours, or our SYN+ACK to a probe from the service port.
    /// What came in tells these apart (<see cref="ContactHour.MayBeHalfOpen"/>).
    /// </summary>
    SynSized = 128,
    /// <summary>We sent a bare reset to the endpoint: a port of ours was probed from it.</summary>
    ResetSent = 256,
}

/// <summary>
/// One cell of the contact ledger: (instance, endpoint, UTC hour of start, flow log). Everything in it is a min, max, sum, or, or a capped set by
/// a fixed order, so the order of merging cannot matter. A cell exists also for records that are not contacts (answers, both ports 53): then <see cref="HasContact"/> is false.
/// </summary>
public sealed class ContactHour
{
    /// <summary>How many inner sources a cell keeps: the smallest by address.</summary>
    public const int MaxInnerSources = 4;

    /// <summary>
    /// The endpoint under which the ledger keeps what an instance answered from its own port 53: evidence of a role, never a destination. Its address is none.
    /// </summary>
    public static readonly Endpoint Served = new(FlowLogs.IpAddress.None, 17, 53);

    /// <summary>
    /// The endpoint under which the ledger keeps who reached a port of the instance below 1024: evidence that it serves there, never a destination. Its cells hold the clients as <see cref="InnerSources"/> and nothing else.
    /// </summary>
    public static Endpoint ServedAt(byte protocol, ushort localPort) => new(FlowLogs.IpAddress.None, protocol, localPort, FlowClass.ServerPort);

    /// <summary>Hours since the epoch.</summary>
    public required int Hour { get; init; }
    /// <summary>The flow log that it is of, <see cref="LogOrigin.Number"/>.</summary>
    public int Log { get; init; }
    /// <summary>Of two flow logs over one interface, the one of the richer format counts.</summary>
    internal int Richness => LogOrigin.RichnessOf(Log);

    /// <summary>Start of the first contact record, Unix seconds; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstContact { get; set; } = long.MaxValue;
    /// <summary>Largest end of a contact record, Unix seconds; 0 when there is none.</summary>
    public long LastContact { get; set; }
    public bool HasContact => LastContact != 0;

    /// <summary>Contact records, accepted.</summary>
    public TrafficSum OutAccepted { get; set; }
    /// <summary>Contact records, rejected.</summary>
    public TrafficSum OutRejected { get; set; }
    /// <summary>Largest start of a rejected contact record, Unix seconds; 0 when there is none. What got round a block comes after it.</summary>
    public long LastReject { get; set; }
    /// <summary>Ingress records from the endpoint, accepted.</summary>
    public TrafficSum InAccepted { get; set; }
    public TrafficSum InRejected { get; set; }
    /// <summary>Most packets in one contact record.</summary>
    public long MaxPackets { get; set; }
    public ContactFlags Flags { get; set; }

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

    /// <summary>
    /// More came in than went out, and nothing of it more than headers: a port of ours was probed, answered and was reset. Whoever opens a connection sends the first segment and the last, so at least as many.
    /// </summary>
    public bool MayBeHalfOpen(FlowLogs.IpAddress remote)
    {
        var received = InAccepted + InRejected;
        // NAT64 is spoken to in IPv6.
        long most = ContactRules.SynBytes(remote.IsIPv4 && (Flags & ContactFlags.Nat64) == 0);
        return received.Packets > OutAccepted.Packets + OutRejected.Packets && received.Bytes <= most * received.Packets;
    }

    /// <summary>Does an accepted ingress record start inside a span (Unix seconds, both inclusive)? First and last answer are exact; between them the minutes tell, those wholly inside the span.</summary>
    internal bool IsAnswered(long from, long to)
    {
        if (LastAnswer == 0) return false;
        if (FirstAnswer >= from && FirstAnswer <= to) return true;
        if (LastAnswer >= from && LastAnswer <= to) return true;
        if (LastAnswer < from || FirstAnswer > to) return false;
        long hourStart = Hour * UnixTime.HourSeconds;
        for (int minute = 0; minute < 60; minute++)
        {
            if ((AnswerMinutes >> minute & 1) == 0) continue;
            long start = hourStart + minute * 60;
            if (start >= from && start + 59 <= to) return true;
        }
        return false;
    }

    /// <summary>Folds another cell of the same key into this one. Commutative and associative.</summary>
    public void Merge(ContactHour other)
    {
        if (other.HasContact && IsEarlier(other)) (FirstObject, FirstLine) = (other.FirstObject, other.FirstLine);
        FirstContact = Math.Min(FirstContact, other.FirstContact);
        LastContact = Math.Max(LastContact, other.LastContact);
        OutAccepted += other.OutAccepted;
        OutRejected += other.OutRejected;
        InAccepted += other.InAccepted;
        InRejected += other.InRejected;
        MaxPackets = Math.Max(MaxPackets, other.MaxPackets);
        LastReject = Math.Max(LastReject, other.LastReject);
        Flags |= other.Flags;
        FirstAnswer = Math.Min(FirstAnswer, other.FirstAnswer);
        LastAnswer = Math.Max(LastAnswer, other.LastAnswer);
        AnswerMinutes |= other.AnswerMinutes;
        for (int i = 0; i < other.InnerSources.Count; i++) AddInnerSource(other.InnerSources[i]);
    }

    /// <summary>A copy that shares nothing mutable.</summary>
    public ContactHour Copy() => (ContactHour)MemberwiseClone();

    /// <summary>Keeps the smallest <see cref="MaxInnerSources"/>, so that the order of arrival cannot matter.</summary>
    internal void AddInnerSource(FlowLogs.IpAddress address)
    {
        var known = InnerSources;
        int at = 0;
        while (at < known.Count && known[at] < address) at++;
        if (at == MaxInnerSources || (at < known.Count && known[at] == address)) return;
        var next = new FlowLogs.IpAddress[Math.Min(known.Count + 1, MaxInnerSources)];
        for (int i = 0; i < next.Length; i++) next[i] = i < at ? known[i] : i == at ? address : known[i - 1];
        InnerSources = next;
    }

    private bool IsEarlier(ContactHour other) =>
        !HasContact || EvidenceLine.Order(other.FirstContact, other.FirstObject, other.FirstLine, FirstContact, FirstObject, FirstLine) < 0;
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

    /// <summary>Folds another share of the same day into this one. Commutative and associative.</summary>
    public void Merge(CoverageDay other)
    {
        FirstStart = Math.Min(FirstStart, other.FirstStart);
        LastEnd = Math.Max(LastEnd, other.LastEnd);
        Hours |= other.Hours;
        SkipHours |= other.SkipHours;
        Records += other.Records;
    }

    /// <summary>A copy that shares nothing mutable.</summary>
    public CoverageDay Copy() => (CoverageDay)MemberwiseClone();
}

/// <summary>
/// A raw record kept as evidence: the earliest contact records of a pair, at most <see cref="PerPair"/>, minimum by (start, object, line).
/// </summary>
/// <param name="Text">The line as it stood, ASCII with other bytes escaped; at most 2,000 characters.</param>
public sealed record EvidenceLine(long Start, long ObjectId, long Line, string Text)
{
    public const int PerPair = 3;

    /// <summary>Adds a line to a list that keeps the earliest <see cref="PerPair"/>, ascending; the same line twice is one.</summary>
    internal static void Keep(List<EvidenceLine> lines, EvidenceLine line)
    {
        int at = 0;
        while (at < lines.Count && Order(lines[at], line) < 0) at++;
        if (at == PerPair || (at < lines.Count && Order(lines[at], line) == 0)) return;
        lines.Insert(at, line);
        if (lines.Count > PerPair) lines.RemoveAt(PerPair);
    }

    internal static int Order(EvidenceLine a, EvidenceLine b) => Order(a.Start, a.ObjectId, a.Line, b.Start, b.ObjectId, b.Line);

    /// <summary>By start, object, line. Not as tuples, whose comparison would be compiled at every start.</summary>
    internal static int Order(long startA, long objectA, long lineA, long startB, long objectB, long lineB) =>
        startA != startB ? startA.CompareTo(startB) : objectA != objectB ? objectA.CompareTo(objectB) : lineA.CompareTo(lineB);
}

/// <summary>What a record said about its instance, valid from its first to its last sight. One value per (attribute, value).</summary>
/// <param name="First">Smallest start, Unix seconds.</param>
/// <param name="Last">Largest end.</param>
public sealed record InstanceFact(InstanceAttribute Attribute, string Value, long First, long Last)
{
    internal InstanceFact Union(InstanceFact other) =>
        other.First >= First && other.Last <= Last ? this : this with { First = Math.Min(First, other.First), Last = Math.Max(Last, other.Last) };
}

/// <summary>Values are stored; do not renumber.</summary>
public enum InstanceAttribute : byte { Account = 1, Vpc = 2, Subnet = 3, Asg = 4, Interface = 5, Image = 6, Name = 7, Region = 8, LaunchTemplate = 9, Role = 10, PrivateAddress = 11, OwnNetwork = 12, FlowLog = 13 }
