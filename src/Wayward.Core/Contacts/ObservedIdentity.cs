using System.Buffers.Binary;
using System.Text;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// One distinct combination of what lines say about their interface, with what was seen under it. Lines of one interface follow each other, so the folder compares
/// with the last one first and looks up only when that fails: no string is made for a line.
/// </summary>
internal sealed class ObservedIdentity
{
    private readonly byte[] _account, _interface, _instance, _vpc, _subnet, _asg, _tag, _region;
    private readonly bool _hasInstanceColumn;
    private readonly Dictionary<IpAddress, (long First, long Last)> _privateAddresses = [];
    private CoverageDay? _day;
    private long _first = long.MaxValue, _last;

    public ObservedIdentity(in FlowIdentity identity, ContactBatch batch)
    {
        _account = identity.AccountId.ToArray();
        _interface = identity.InterfaceId.ToArray();
        _instance = identity.InstanceId.ToArray();
        _vpc = identity.VpcId.ToArray();
        _subnet = identity.SubnetId.ToArray();
        _asg = identity.AsgTag.ToArray();
        _tag = identity.InstanceTag.ToArray();
        _region = identity.Region.ToArray();
        _hasInstanceColumn = identity.HasInstanceColumn;
        (string? id, Skip) = SubjectId();
        if (id is null) return;
        var key = new InstanceKey(id);
        if (!batch.Instances.TryGetValue(key, out var contribution)) batch.Instances.Add(key, contribution = new InstanceContribution());
        Contribution = contribution;
    }

    /// <summary>As written in the lines; empty when the format has no such column.</summary>
    public string InterfaceId => field ??= Plain(_interface);

    /// <summary>Null when the lines have no subject; then <see cref="Skip"/> says why.</summary>
    public InstanceContribution? Contribution { get; }
    public SkipReason? Skip { get; }

    public bool Matches(in FlowIdentity identity) =>
        identity.InterfaceId.SequenceEqual(_interface) && identity.InstanceId.SequenceEqual(_instance) && identity.SubnetId.SequenceEqual(_subnet)
        && identity.AsgTag.SequenceEqual(_asg) && identity.InstanceTag.SequenceEqual(_tag) && identity.AccountId.SequenceEqual(_account)
        && identity.VpcId.SequenceEqual(_vpc) && identity.Region.SequenceEqual(_region) && identity.HasInstanceColumn == _hasInstanceColumn;

    public void Cover(long start, long end, LogStatus status)
    {
        if (Contribution is null) return;
        int number = UnixTime.Day(start);
        var day = _day;
        if (day is null || day.Day != number)
        {
            if (!Contribution.Coverage.TryGetValue(number, out day)) Contribution.Coverage.Add(number, day = new CoverageDay { Day = number });
            _day = day;
        }
        if (start < day.FirstStart) day.FirstStart = start;
        if (end > day.LastEnd) day.LastEnd = end;
        uint hour = 1u << (int)(start % UnixTime.DaySeconds / UnixTime.HourSeconds);
        if (status == LogStatus.SkipData) day.SkipHours |= hour;
        else day.Hours |= hour;
        day.Records++;
        if (start < _first) _first = start;
        if (end > _last) _last = end;
    }

    public void SeePrivateAddress(IpAddress address, long start, long end)
    {
        var (first, last) = _privateAddresses.TryGetValue(address, out var known) ? known : (start, end);
        _privateAddresses[address] = (Math.Min(first, start), Math.Max(last, end));
    }

    public void AddFacts()
    {
        if (Contribution is null || _first == long.MaxValue) return;
        Add(InstanceAttribute.Account, Plain(_account), _first, _last);
        Add(InstanceAttribute.Vpc, Plain(_vpc), _first, _last);
        Add(InstanceAttribute.Subnet, Plain(_subnet), _first, _last);
        Add(InstanceAttribute.Asg, Tag(_asg), _first, _last);
        Add(InstanceAttribute.Interface, Plain(_interface), _first, _last);
        Add(InstanceAttribute.Name, Tag(_tag), _first, _last);
        Add(InstanceAttribute.Region, Plain(_region), _first, _last);
        foreach (var (address, (first, last)) in _privateAddresses) Add(InstanceAttribute.PrivateAddress, address.ToString(), first, last);
    }

    private void Add(InstanceAttribute attribute, string value, long first, long last)
    {
        if (value.Length > 0) Contribution!.Add(new InstanceFact(attribute, value, first, last));
    }

    private (string? Id, SkipReason? Skip) SubjectId()
    {
        if (_instance.AsSpan().StartsWith("i-"u8)) return (Plain(_instance), null);
        if (_hasInstanceColumn && _instance.Length == 0) return (null, SkipReason.ServiceEni);
        if (_hasInstanceColumn || _interface.Length == 0) return (null, SkipReason.NoSubject);
        return (Plain(_interface), null);
    }

    private static string Plain(ReadOnlySpan<byte> value) => Cut(Encoding.UTF8.GetString(value));

    /// <summary>Tag values are UTF-8, percent-encoded. A value that is not well encoded is kept as it is.</summary>
    private static string Tag(ReadOnlySpan<byte> value) => Cut(Uri.UnescapeDataString(Encoding.UTF8.GetString(value)));

    /// <summary>AWS tag values have at most 256 characters; what is longer was not written by AWS.</summary>
    private static string Cut(string value) => value.Length <= 256 ? value : value[..256];
}

/// <summary>All identities of the objects in work, by the bytes of their fields: an open hash table, since nearly every line of a busy fleet comes here.</summary>
internal sealed class ObservedIdentities
{
    private readonly List<ObservedIdentity> _all = [];
    private (ulong Hash, ObservedIdentity? Identity)[] _slots = new (ulong, ObservedIdentity?)[256];

    public ObservedIdentity Get(in FlowIdentity identity, ContactBatch batch)
    {
        ulong hash = Hash(identity);
        var slots = _slots;
        int mask = slots.Length - 1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref var slot = ref slots[i];
            if (slot.Identity is null) return Add(hash, identity, batch);
            if (slot.Hash == hash && slot.Identity.Matches(identity)) return slot.Identity;
        }
    }

    public void AddFacts()
    {
        foreach (var identity in _all) identity.AddFacts();
    }

    private ObservedIdentity Add(ulong hash, in FlowIdentity identity, ContactBatch batch)
    {
        var added = new ObservedIdentity(identity, batch);
        _all.Add(added);
        if (_all.Count * 2 > _slots.Length)
        {
            var old = _slots;
            _slots = new (ulong, ObservedIdentity?)[old.Length * 4];
            foreach (var slot in old)
                if (slot.Identity is not null) Put(slot.Hash, slot.Identity);
        }
        Put(hash, added);
        return added;
    }

    private void Put(ulong hash, ObservedIdentity identity)
    {
        int mask = _slots.Length - 1, i = (int)hash & mask;
        while (_slots[i].Identity is not null) i = (i + 1) & mask;
        _slots[i] = (hash, identity);
    }

    /// <summary>Ids are random at their end, tags may differ anywhere; both ends of each are taken. What is left out only makes equal hashes, never equal identities.</summary>
    private static ulong Hash(in FlowIdentity identity)
    {
        const ulong odd = 0x9E37_79B9_7F4A_7C15UL;
        ulong hash = Ends(identity.InterfaceId) + (ulong)identity.AccountId.Length;
        hash = (hash ^ Ends(identity.InstanceId)) * odd;
        if (!identity.AsgTag.IsEmpty) hash = (hash ^ hash >> 29 ^ Ends(identity.AsgTag)) * odd;
        if (!identity.InstanceTag.IsEmpty) hash = (hash ^ hash >> 29 ^ Ends(identity.InstanceTag)) * odd;
        return hash ^ hash >> 32;

        static ulong Ends(ReadOnlySpan<byte> field)
        {
            if (field.Length < 8)
            {
                ulong few = (ulong)field.Length;
                foreach (byte b in field) few = few << 8 | b;
                return few * odd;
            }
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(field), last = BinaryPrimitives.ReadUInt64LittleEndian(field[^8..]);
            return (first * 31 + last + (ulong)field.Length) * odd;
        }
    }
}
