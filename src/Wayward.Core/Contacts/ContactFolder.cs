using System.Runtime.CompilerServices;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// Folds the records of one object into hour cells and coverage: sections 2 and 3 of the detection rules. Nothing per line survives,
/// so memory grows with distinct (instance, endpoint, hour), not with traffic. Not thread-safe; one per object in work, reusable after <see cref="TakeBatch"/>.
/// </summary>
/// <param name="inventory">Knows the interfaces' own addresses, where neither the format nor the addresses by themselves tell the side.</param>
public sealed class ContactFolder(ResolverCatalog catalog, AddressSpace addresses, Inventory? inventory = null) : IFlowRecordSink
{
    private const byte Tcp = 6, Udp = 17;

    private readonly ResolverCatalog _catalog = catalog;
    private readonly AddressSpace _addresses = addresses;
    private readonly PortSet _ports = new(catalog.Ports.Enumerate().Concat(ServerPorts));
    private readonly long[] _skipped = new long[(int)SkipReason.MissingField + 1];
    private ContactBatch _batch = new();
    private readonly ObservedIdentities _identities = new();
    private ObservedIdentity? _current;
    private long _objectId;
    private string? _flowLog;
    private FlowLayout? _layout;
    private LogOrigin _origin = LogOrigin.Unknown;

    /// <summary>Starts an object.</summary>
    /// <param name="objectId">The object's stable id (<see cref="ObjectIdentity.Id"/>), for evidence.</param>
    /// <param name="key">The object's key or path, which may name its flow log.</param>
    public void Begin(long objectId, string? key = null)
    {
        _objectId = objectId;
        _flowLog = key is null ? null : LogOrigin.IdOf(key);
        (_layout, _origin) = (null, LogOrigin.Unknown);
    }

    /// <summary>This folder for a reader.</summary>
    public FolderSink AsSink() => new(this);

    /// <summary>What was folded since the last call; the folder starts anew.</summary>
    public ContactBatch TakeBatch()
    {
        var batch = _batch;
        _identities.EndBatch(batch);
        for (int reason = 0; reason < _skipped.Length; reason++)
            if (_skipped[reason] != 0) batch.Skip((SkipReason)reason, _skipped[reason]);
        Array.Clear(_skipped);
        _batch = new ContactBatch();
        _current = null;
        return batch;
    }

    public PortSet Ports => _ports;

    public void Observe(in FlowIdentity identity)
    {
        if (!ReferenceEquals(identity.Layout, _layout) && (_layout = identity.Layout) is { } layout) _origin = LogOrigin.Of(_flowLog, layout);
        var current = _current = _identities.Get(identity, _batch);
        Count(current, 1, identity.HasTimes, identity.Start, identity.End, identity.Status);
    }

    public void ObserveMore(long first, long lines, long start, long end, LogStatus status) => Count(_current!, lines, hasTimes: true, start, end, status);

    private void Count(ObservedIdentity current, long lines, bool hasTimes, long start, long end, LogStatus status)
    {
        if (status == LogStatus.NoData) _skipped[(int)SkipReason.NoData] += lines;
        else if (status == LogStatus.SkipData) _skipped[(int)SkipReason.SkipData] += lines;
        else if (current.Skip is { } reason) _skipped[(int)reason] += lines;
        else if (!hasTimes) _skipped[(int)SkipReason.MissingField] += lines;
        if (!hasTimes) return;
        if (start > _batch.MaxStart) _batch.MaxStart = start;
        current.Cover(start, end, status, lines);
    }

    /// <summary>
    /// Asked before the line's <see cref="Observe"/>, so whose line it is cannot matter here. A public end with port 53, 853, 784 or 8853 is wanted; a private one never is a contact. For all other ports only a catalogue endpoint is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Wants(FlowEnd end, IpAddress address, ushort port)
    {
        if (IsWellKnownServer(port)) return end == FlowEnd.Destination;
        var folded = AddressSpace.Fold(address);
        if (!AlwaysKept(port)) return _catalog.MayBeEndpoint(folded) && IsEndpoint(folded, port);
        // From or to port 53 of a private end may be an answer of ours or a question to us: evidence that the instance serves DNS.
        return port == 53 || _addresses.IsPublic(folded);
    }

    public void Accept(in FlowRecord record)
    {
        var current = _current;
        if (current?.Contribution is null || !record.Identity.HasTimes || record.Identity.Status != LogStatus.Ok) return;
        if (record.Protocol is not (Tcp or Udp))
        {
            _skipped[(int)SkipReason.NotTcpUdp]++;
            return;
        }
        var source = AddressSpace.Fold(record.SourceAddress);
        var destination = AddressSpace.Fold(record.DestinationAddress);
        bool egress;
        switch (record.Direction)
        {
            case FlowDirection.Egress: egress = true; break;
            case FlowDirection.Ingress: egress = false; break;
            // NAT64's prefix is the translator's: an address in it is never the interface's own (RFC 6052).
            case FlowDirection.Unknown when source != record.SourceAddress != (destination != record.DestinationAddress):
                egress = destination != record.DestinationAddress;
                break;
            default:
                // The interface's own end is told by the interface-level addresses: the packet-level ones name the true end points, which behind a
                // middle box may both be foreign to this interface.
                bool sourcePublic = _addresses.IsPublic(source);
                if (sourcePublic == _addresses.IsPublic(destination))
                {
                    if (inventory is not null)
                    {
                        bool own = inventory.IsOwn(current.InterfaceId, record.SourceAddress, record.Identity.Start);
                        if (own != inventory.IsOwn(current.InterfaceId, record.DestinationAddress, record.Identity.Start))
                        {
                            egress = own;
                            break;
                        }
                    }
                    // Between private ends the side is as unclear, but neither end can be a public server.
                    if (sourcePublic || IsPublicRemote(record))
                    {
                        _skipped[(int)SkipReason.UnresolvedSide]++;
                        current.SeeUnresolved(record.Identity.Start);
                    }
                    return;
                }
                egress = !sourcePublic;
                break;
        }
        var flags = record.Direction == FlowDirection.Unknown ? ContactFlags.SideFromAddresses : ContactFlags.None;
        current.SeeLog(_origin, record.Identity.Start, record.Identity.End);
        // What a NAT instance forwards looks like its own where the format does not tell the direction: only the other records tell whose address it is.
        var local = flags == ContactFlags.None ? null : current.LocalShare(egress ? source : destination, _addresses);
        if (egress) Egress(current, local, record, source, destination, flags);
        else Ingress(local?.Contribution ?? current.Contribution, record, source, flags);
    }

    private void Egress(ObservedIdentity current, LocalShare? local, in FlowRecord record, IpAddress source, IpAddress destination, ContactFlags flags)
    {
        var contribution = local?.Contribution ?? current.Contribution!;
        var written = record.PacketDestinationAddress.IsNone ? record.DestinationAddress : record.PacketDestinationAddress;
        var remote = record.PacketDestinationAddress.IsNone ? destination : AddressSpace.Fold(written);
        if (remote != written) flags |= ContactFlags.Nat64;
        // What a forwarding instance passes on from port 53 of another machine is no answer of its own.
        bool own = record.PacketSourceAddress.IsNone || record.PacketSourceAddress == record.SourceAddress;
        if (own && record.SourcePort == 53 && record.DestinationPort >= ContactRules.FirstEphemeral && record.Action != FlowAction.Reject && !ContactRules.IsReset(record))
            Served(contribution, ContactHour.Served, remote, record.Identity.Start);
        if (!_addresses.IsPublic(remote) || !IsService(remote, record.Protocol, record.DestinationPort)) return;

        var direction = ContactRules.Egress(record);
        if (direction == ContactProof.FarEndOpened) return;
        var endpoint = new Endpoint(remote, record.Protocol, record.DestinationPort,
            ContactRules.IsOwnPath(record.TrafficPath) ? FlowClass.OwnNetwork : ClassOf(record.SourcePort, record.DestinationPort));
        var cell = Cell(contribution, endpoint, record.Identity.Start);
        if (direction == ContactProof.Reset)
        {
            cell.Flags |= flags | ContactFlags.ResetSent;
            return;
        }
        if (direction == ContactProof.Opened) flags |= ContactFlags.SynSent;
        else if (direction == ContactProof.Unclear) flags |= ContactFlags.BothPortsService;
        cell.Flags |= flags | ContactRules.Proof(record);
        Contact(contribution, cell, endpoint, record);
        if (!record.PacketSourceAddress.IsNone && AddressSpace.Fold(record.PacketSourceAddress) is var inner && inner != source) cell.AddInnerSource(inner);
        if (local is not null) local.See(record.Identity.Start, record.Identity.End);
        else if (!_addresses.IsPublic(source)) current.SeePrivateAddress(source, record.Identity.Start, record.Identity.End);
        else if (!source.IsIPv4) current.SeePublicAddress(source, record.Identity.Start, record.Identity.End);
        if (_catalog.Classify(remote, record.Protocol, record.DestinationPort) is null) return;
        if (local is not null) local.ContactRecords++;
        else _batch.ContactRecords++;
    }

    private void Contact(InstanceContribution contribution, ContactHour cell, Endpoint endpoint, in FlowRecord record)
    {
        long start = record.Identity.Start, line = record.Identity.Line;
        if (!cell.HasContact || EvidenceLine.Order(start, _objectId, line, cell.FirstContact, cell.FirstObject, cell.FirstLine) < 0)
            (cell.FirstContact, cell.FirstObject, cell.FirstLine) = (start, _objectId, line);
        cell.LastContact = Math.Max(cell.LastContact, record.Identity.End);
        cell.MaxPackets = Math.Max(cell.MaxPackets, record.Packets);
        var sum = new TrafficSum(1, record.Packets, record.Bytes);
        if (record.Action == FlowAction.Reject)
        {
            cell.OutRejected += sum;
            cell.LastReject = Math.Max(cell.LastReject, start);
        }
        else cell.OutAccepted += sum;

        ref var place = ref contribution.Evidence.GetValueRefOrAddDefault(endpoint);
        var lines = place ??= [];
        // Records come nearly in order, so almost every one is later than the three kept and costs one comparison, no string.
        if (lines.Count == EvidenceLine.PerPair && EvidenceLine.Order(start, _objectId, line, lines[^1].Start, lines[^1].ObjectId, lines[^1].Line) >= 0) return;
        EvidenceLine.Keep(lines, new EvidenceLine(start, _objectId, line, EvidenceText.Of(record)));
    }

    private void Ingress(InstanceContribution contribution, in FlowRecord record, IpAddress source, ContactFlags flags)
    {
        var written = record.PacketSourceAddress.IsNone ? record.SourceAddress : record.PacketSourceAddress;
        var remote = record.PacketSourceAddress.IsNone ? source : AddressSpace.Fold(written);
        if (remote != written) flags |= ContactFlags.Nat64;
        long start = record.Identity.Start;
        bool service = IsService(remote, record.Protocol, record.SourcePort);
        // From a service port it may be the answer to a question of ours; from any other port it came from a client.
        if (!service && record.DestinationPort < ContactRules.FirstEphemeral && record.Action != FlowAction.Reject)
            Served(contribution, ContactHour.ServedAt(record.Protocol, record.DestinationPort), remote, start);
        if (!service || !_addresses.IsPublic(remote)) return;

        var cell = Cell(contribution, new Endpoint(remote, record.Protocol, record.SourcePort, ClassOf(record.DestinationPort, record.SourcePort)), start);
        cell.Flags |= flags;
        var sum = new TrafficSum(1, record.Packets, record.Bytes);
        if (record.Action == FlowAction.Reject)
        {
            cell.InRejected += sum;
            return;
        }
        cell.InAccepted += sum;
        cell.FirstAnswer = Math.Min(cell.FirstAnswer, start);
        cell.LastAnswer = Math.Max(cell.LastAnswer, start);
        cell.AnswerMinutes |= 1UL << (int)(start % UnixTime.HourSeconds / 60);
        if (ContactRules.IsAnswerToOurSyn(record)) cell.Flags |= ContactFlags.SynAckReceived;
    }

    private static FlowClass ClassOf(ushort local, ushort remote) => ContactRules.IsServerPort(local, remote) ? FlowClass.ServerPort : FlowClass.Client;

    private void Served(InstanceContribution contribution, Endpoint at, IpAddress client, long start)
    {
        var cell = Cell(contribution, at, start);
        cell.Flags |= ContactFlags.ServedDns;
        cell.AddInnerSource(client);
    }

    private bool IsPublicRemote(in FlowRecord record) =>
        (!record.PacketSourceAddress.IsNone && _addresses.IsPublic(AddressSpace.Fold(record.PacketSourceAddress)))
        || (!record.PacketDestinationAddress.IsNone && _addresses.IsPublic(AddressSpace.Fold(record.PacketDestinationAddress)));

    private ContactHour Cell(InstanceContribution contribution, Endpoint endpoint, long start)
    {
        int hour = UnixTime.Hour(start);
        ref var cell = ref contribution.Cells.GetValueRefOrAddDefault(new CellKey(endpoint, hour, _origin.Number));
        return cell ??= new ContactHour { Hour = hour, Log = _origin.Number };
    }

    /// <summary>
    /// Ports of UDP services whose clients are read although they are no DNS: TFTP, NTP, SNMP and IKE. When a host probes such a service from its port 53, the service's answer looks like a question, and the other
    /// clients tell it from one. Busy TCP ports are not among them, because every line of a web server would be read whole.
    /// </summary>
    private static readonly ushort[] ServerPorts = [69, 123, 161, 500];

    private static bool IsWellKnownServer(ushort port) => port is 69 or 123 or 161 or 500;

    /// <summary>Ports kept for every public remote, so that a later catalogue can name the past.</summary>
    private static bool AlwaysKept(ushort port) => port is 53 or 853 or 784 or 8853;

    private bool IsService(IpAddress remote, byte protocol, ushort port) => AlwaysKept(port) || _catalog.FindEndpoint(remote, protocol, port) is not null;

    private bool IsEndpoint(IpAddress address, ushort port) =>
        _catalog.FindEndpoint(address, Tcp, port) is not null || _catalog.FindEndpoint(address, Udp, port) is not null;
}

/// <summary>
/// A folder as a reader takes it fastest: generic code over a struct is compiled for it alone, so the calls per line are direct ones.
/// </summary>
public readonly struct FolderSink(ContactFolder folder) : IFlowRecordSink
{
    public PortSet Ports => folder.Ports;
    public void Observe(in FlowIdentity identity) => folder.Observe(identity);
    public void ObserveMore(long first, long lines, long start, long end, LogStatus status) => folder.ObserveMore(first, lines, start, end, status);
    public bool Wants(FlowEnd end, IpAddress address, ushort port) => folder.Wants(end, address, port);
    public void Accept(in FlowRecord record) => folder.Accept(record);
}

/// <summary>The identity of an object: bucket (or folder), key and etag (or content hash).</summary>
public readonly record struct ObjectIdentity(string Container, string Key, string ETag)
{
    /// <summary>Positive 63-bit hash of the identity, the same in every run and on every machine.</summary>
    public long Id
    {
        get
        {
            Span<byte> hash = stackalloc byte[32];
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Container}\n{Key}\n{ETag}"), hash);
            return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
        }
    }
}
