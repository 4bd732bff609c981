using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Engine.Evidence;

/// <summary>Collects the earliest raw records of one instance, also those that stand under an interface of it, and destination within a span, at most <c>take</c> by (start, line).</summary>
internal sealed class EvidenceSink(ResolverCatalog catalog, Inventory inventory, InstanceKey instance, Destination destination, long from, long to, int take) : IFlowRecordSink
{
    private readonly byte[] _id = Encoding.ASCII.GetBytes(instance.Id);
    private readonly (InstanceKey Key, byte[] Id)[] _sources = [.. inventory.SourcesOf(instance).Select(k => (k, Encoding.ASCII.GetBytes(k.Id)))];
    private readonly List<(long Start, long Line, RawRecord Record)> _kept = [];
    private string _container = "", _key = "";

    public void Begin(string container, string key) => (_container, _key) = (container, key);

    /// <summary>More than <c>take</c> matched.</summary>
    public bool Overflowed { get; private set; }

    public IReadOnlyList<RawRecord> Records => [.. _kept.OrderBy(k => k.Start).ThenBy(k => k.Record.Key, StringComparer.Ordinal).ThenBy(k => k.Line).Select(k => k.Record)];

    /// <summary>Start of the last record kept when full: an object that begins later has nothing to add.</summary>
    public long? FullUntil => _kept.Count >= take ? _kept.Max(k => k.Start) : null;

    public PortSet Ports => catalog.Ports;

    public void Observe(in FlowIdentity identity)
    {
        // Coverage is the ledger's business.
    }

    public void ObserveMore(long first, long lines, long start, long end, LogStatus status)
    {
        // As above.
    }

    public bool Wants(FlowEnd end, IpAddress address, ushort port) => AddressSpace.Fold(address) == destination.Address;

    public void Accept(in FlowRecord record)
    {
        var identity = record.Identity;
        if (!identity.HasTimes || identity.Start < from || identity.Start >= to || !IsInstance(identity)) return;
        var source = AddressSpace.Fold(record.PacketSourceAddress.IsNone ? record.SourceAddress : record.PacketSourceAddress);
        var target = AddressSpace.Fold(record.PacketDestinationAddress.IsNone ? record.DestinationAddress : record.PacketDestinationAddress);
        bool egress = target == destination.Address && record.Direction != FlowDirection.Ingress && Matches(target, record.Protocol, record.DestinationPort);
        bool ingress = !egress && source == destination.Address && record.Direction != FlowDirection.Egress && Matches(source, record.Protocol, record.SourcePort);
        if (!egress && !ingress) return;
        var raw = new RawRecord(
            _container, _key, identity.Line, identity.Start, identity.End, egress,
            record.Action switch { FlowAction.Accept => "ACCEPT", FlowAction.Reject => "REJECT", _ => "-" }, record.Packets, record.Bytes, EvidenceText.Of(record));
        _kept.Add((identity.Start, identity.Line, raw));
        if (_kept.Count <= take) return;
        Overflowed = true;
        int worst = 0;
        for (int i = 1; i < _kept.Count; i++)
            if (Compare(_kept[i], _kept[worst]) > 0) worst = i;
        _kept.RemoveAt(worst);
    }

    private bool IsInstance(in FlowIdentity identity)
    {
        if (identity.InstanceId.Length > 0) return identity.InstanceId.SequenceEqual(_id);
        foreach (var (key, id) in _sources)
        {
            // As the ledger does it: by the hour.
            if (identity.InterfaceId.SequenceEqual(id)) return inventory.KeyAt(key, identity.Start / UnixTime.HourSeconds * UnixTime.HourSeconds) == instance;
        }
        return false;
    }

    private bool Matches(IpAddress remote, byte protocol, ushort port) => catalog.Classify(remote, protocol, port) == destination.Transport;

    private static int Compare(in (long Start, long Line, RawRecord Record) a, in (long Start, long Line, RawRecord Record) b) =>
        a.Start.CompareTo(b.Start) is var s && s != 0 ? s
        : string.CompareOrdinal(a.Record.Key, b.Record.Key) is var k && k != 0 ? k : a.Line.CompareTo(b.Line);
}
