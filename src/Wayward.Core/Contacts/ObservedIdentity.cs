using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// One distinct combination of what lines say about their interface, with what was seen under it. Lines of one interface follow each other, and the reader tells
/// when the next one says the same (<see cref="IFlowRecordSink.ObserveMore"/>), so that this is looked up once a burst: no string is made for a line.
/// </summary>
/// <remarks>A fleet's identities do not fit into the nearer caches, and each burst asks for another one: all that a line needs stands together in one object and one array.</remarks>
internal sealed class ObservedIdentity
{
    private readonly byte[] _text;
    private readonly FieldLengths _lengths;
    private readonly InstanceKey? _key;
    private LedgerMap<IpAddress, SeenSpan>? _privateAddresses, _ownNetworks;
    private LedgerMap<int, LogSpan>? _logs;
    private LedgerMap<IpAddress, LocalShare>? _locals;
    private FactKey[]? _facts;
    private long _first, _last;
    // Coverage of the day that lines are of now; goes to the contribution when another day begins, and at the end.
    private int _day = -1;
    private uint _hours, _skipHours;
    private long _dayFirst, _dayLast, _dayRecords;

    public ObservedIdentity(in FlowIdentity identity, in FieldLengths lengths)
    {
        _lengths = lengths;
        _text =
        [
            .. identity.InterfaceId, .. identity.AccountId, .. identity.InstanceId, .. identity.VpcId, .. identity.SubnetId, .. identity.AsgTag, .. identity.InstanceTag, .. identity.Region,
        ];
        (string? id, Skip) = SubjectId(identity);
        if (id is not null) _key = new InstanceKey(id);
    }

    /// <summary>As written in the lines; empty when the format has no such column.</summary>
    public string InterfaceId => field ??= Plain(_text.AsSpan(0, _lengths.Interface));

    /// <summary>The batch that it is part of now; null before <see cref="Begin"/>.</summary>
    public ContactBatch? Batch { get; private set; }
    /// <summary>Null when the lines have no subject; then <see cref="Skip"/> says why.</summary>
    public InstanceContribution? Contribution { get; private set; }
    public SkipReason? Skip { get; }

    /// <summary>Becomes part of a batch, with nothing seen yet.</summary>
    public void Begin(ContactBatch batch)
    {
        Batch = batch;
        _day = -1;
        (_first, _last) = (long.MaxValue, 0);
        (_privateAddresses, _ownNetworks, _logs, _locals) = (null, null, null, null);
        if (_key is not { } key) return;
        ref var contribution = ref batch.Instances.GetValueRefOrAddDefault(key);
        Contribution = contribution ??= new InstanceContribution();
    }

    /// <summary>Leaves its batch, which belongs to somebody else from now on.</summary>
    /// <param name="others">Addresses that are other interfaces' own: what is kept under them is dropped. Null = none is.</param>
    public void End(ContactBatch batch, IReadOnlySet<LocalAddress>? others)
    {
        EndDay();
        if (_locals is not null)
        {
            foreach (var (address, share) in _locals.InOrderOfArrival)
            {
                if (HasSeveralLocals && others?.Contains(new(AccountId, address)) is true) continue;
                Contribution!.Merge(share.Contribution);
                batch.ContactRecords += share.ContactRecords;
                if (share.Last > 0) SeePrivateAddress(address, share.First, share.Last);
            }
        }
        AddFacts();
        (Batch, Contribution) = (null, null);
    }

    public bool Matches(in FlowIdentity identity, in FieldLengths lengths)
    {
        if (lengths != _lengths) return false;
        var text = _text.AsSpan();
        return Next(identity.InterfaceId, ref text) && Next(identity.AccountId, ref text) && Next(identity.InstanceId, ref text) && Next(identity.VpcId, ref text)
            && Next(identity.SubnetId, ref text) && Next(identity.AsgTag, ref text) && Next(identity.InstanceTag, ref text) && Next(identity.Region, ref text);

        static bool Next(ReadOnlySpan<byte> field, ref Span<byte> text)
        {
            if (field.IsEmpty) return true;
            bool equal = field.SequenceEqual(text[..field.Length]);
            text = text[field.Length..];
            return equal;
        }
    }

    public void Cover(long start, long end, LogStatus status, long lines)
    {
        if (Contribution is null && Skip != SkipReason.ServiceEni) return;
        int day = UnixTime.Day(start);
        if (day != _day)
        {
            EndDay();
            _day = day;
            (_hours, _skipHours, _dayFirst, _dayLast, _dayRecords) = (0, 0, long.MaxValue, 0, 0);
        }
        if (start < _dayFirst) _dayFirst = start;
        if (end > _dayLast) _dayLast = end;
        uint hour = 1u << (int)(start % UnixTime.DaySeconds / UnixTime.HourSeconds);
        if (status == LogStatus.SkipData) _skipHours |= hour;
        else _hours |= hour;
        _dayRecords += lines;
        if (start < _first) _first = start;
        if (end > _last) _last = end;
    }

    private void EndDay()
    {
        if (_day < 0) return;
        if (Contribution is null)
        {
            Batch!.SeeBlind(new(AccountId, VpcId, InterfaceId, Detection.BlindReason.ServiceInterface, _day), _hours | _skipHours);
            _day = -1;
            return;
        }
        ref var day = ref Contribution.Coverage.GetValueRefOrAddDefault(_day);
        day ??= new CoverageDay { Day = _day };
        if (_dayFirst < day.FirstStart) day.FirstStart = _dayFirst;
        if (_dayLast > day.LastEnd) day.LastEnd = _dayLast;
        day.Hours |= _hours;
        day.SkipHours |= _skipHours;
        day.Records += _dayRecords;
        _day = -1;
    }

    public void SeePrivateAddress(IpAddress address, long start, long end)
    {
        _privateAddresses ??= new();
        ref var seen = ref _privateAddresses.GetValueRefOrAddDefault(address);
        // No record ends at 0: this is a new one.
        seen = seen.Last == 0 ? new(start, end) : new(Math.Min(seen.First, start), Math.Max(seen.Last, end));
    }

    /// <summary>An address of the interface that is public, so IPv6: VPC subnets are /64, and what else lies in it is the operator's own (AWS VPC user guide, "IPv6 subnet sizing").</summary>
    public void SeePublicAddress(IpAddress address, long start, long end)
    {
        _ownNetworks ??= new();
        ref var seen = ref _ownNetworks.GetValueRefOrAddDefault(new IpAddress(address.Upper, 0));
        seen = seen.Last == 0 ? new(start, end) : new(Math.Min(seen.First, start), Math.Max(seen.Last, end));
    }

    /// <summary>Neither end of a record could be told to be the interface's.</summary>
    public void SeeUnresolved(long start) =>
        Batch!.SeeBlind(new(AccountId, VpcId, InterfaceId, Detection.BlindReason.UnresolvedSide, UnixTime.Day(start)), 1u << (int)(start % UnixTime.DaySeconds / UnixTime.HourSeconds));

    private string VpcId => field ??= Plain(_text.AsSpan(_lengths.Interface + _lengths.Account + _lengths.Instance, _lengths.Vpc));

    /// <summary>A flow log has a record of it that may be a contact, or the answer to one.</summary>
    public void SeeLog(LogOrigin origin, long start, long end)
    {
        if (origin.Number == 0) return;
        _logs ??= new();
        ref var seen = ref _logs.GetValueRefOrAddDefault(origin.Number);
        seen = seen.Origin is null ? new(origin, start, end) : new(origin, Math.Min(seen.First, start), Math.Max(seen.Last, end));
    }

    /// <summary>Where what happens at a private IPv4 address is kept until it is known whether the address is the interface's own; null for other addresses, which need no such question.</summary>
    public LocalShare? LocalShare(IpAddress address, Resolvers.AddressSpace addresses)
    {
        if (!address.IsIPv4 || addresses.IsPublic(address)) return null;
        _locals ??= new();
        ref var share = ref _locals.GetValueRefOrAddDefault(address);
        return share ??= new LocalShare();
    }

    /// <summary>Addresses of its own, as far as its records can tell; empty where the format or IPv6 told the side.</summary>
    public IReadOnlyCollection<IpAddress> Locals => _locals is { } all ? all.Keys : Array.Empty<IpAddress>();

    public bool HasSeveralLocals => _locals is { Count: > 1 };

    public string AccountId => field ??= Plain(_text.AsSpan(_lengths.Interface, _lengths.Account));

    private void AddFacts()
    {
        if (Contribution is null || _first == long.MaxValue) return;
        if (_logs is not null)
            foreach (var (_, log) in _logs.InOrderOfArrival) Contribution.Add(new InstanceFact(InstanceAttribute.FlowLog, FlowLogOverlaps.Value(InterfaceId, log.Origin!), log.First, log.Last));
        foreach (var fact in _facts ??= MakeFacts()) Contribution.Add(new InstanceFact(fact.Attribute, fact.Value, _first, _last));
        Add(Contribution, InstanceAttribute.PrivateAddress, _privateAddresses, "");
        Add(Contribution, InstanceAttribute.OwnNetwork, _ownNetworks, "/64");

        static void Add(InstanceContribution to, InstanceAttribute attribute, LedgerMap<IpAddress, SeenSpan>? all, string suffix)
        {
            if (all is null) return;
            foreach (var (address, seen) in all) to.Add(new InstanceFact(attribute, address + suffix, seen.First, seen.Last));
        }
    }

    private FactKey[] MakeFacts()
    {
        var text = _text.AsSpan();
        string @interface = Plain(Next(_lengths.Interface, ref text)), account = Plain(Next(_lengths.Account, ref text));
        Next(_lengths.Instance, ref text);
        string vpc = Plain(Next(_lengths.Vpc, ref text)), subnet = Plain(Next(_lengths.Subnet, ref text));
        string asg = Tag(Next(_lengths.Asg, ref text)), name = Tag(Next(_lengths.Tag, ref text)), region = Plain(Next(_lengths.Region, ref text));
        FactKey[] all =
        [
            new(InstanceAttribute.Account, account), new(InstanceAttribute.Vpc, vpc), new(InstanceAttribute.Subnet, subnet), new(InstanceAttribute.Asg, asg), new(InstanceAttribute.Interface, @interface),
            new(InstanceAttribute.Name, name), new(InstanceAttribute.Region, region),
        ];
        int count = 0;
        foreach (var fact in all)
            if (fact.Value.Length > 0) all[count++] = fact;
        var said = new FactKey[count];
        for (int i = 0; i < count; i++) said[i] = all[i];
        return said;

        static ReadOnlySpan<byte> Next(int length, ref Span<byte> text)
        {
            var field = text[..length];
            text = text[length..];
            return field;
        }
    }

    private readonly record struct SeenSpan(long First, long Last);

    private readonly record struct LogSpan(LogOrigin? Origin, long First, long Last);

    private static (string? Id, SkipReason? Skip) SubjectId(in FlowIdentity identity)
    {
        if (identity.InstanceId.StartsWith("i-"u8)) return (Plain(identity.InstanceId), null);
        if (identity.HasInstanceColumn && identity.InstanceId.IsEmpty) return (null, SkipReason.ServiceEni);
        if (identity.HasInstanceColumn || identity.InterfaceId.IsEmpty) return (null, SkipReason.NoSubject);
        return (Plain(identity.InterfaceId), null);
    }

    private static string Plain(ReadOnlySpan<byte> value) => Cut(Encoding.UTF8.GetString(value));

    /// <summary>Tag values are UTF-8, percent-encoded. A value that is not well encoded is kept as it is.</summary>
    private static string Tag(ReadOnlySpan<byte> value) => Cut(Uri.UnescapeDataString(Encoding.UTF8.GetString(value)));

    /// <summary>AWS tag values have at most 256 characters; what is longer was not written by AWS.</summary>
    private static string Cut(string value) => value.Length <= 256 ? value : value[..256];
}

/// <summary>What an interface's records say of one address that may be its own, in an object.</summary>
internal sealed class LocalShare
{
    public InstanceContribution Contribution { get; } = new();
    public long ContactRecords { get; set; }
    /// <summary>Span of contacts from the address, Unix seconds; 0 when there is none.</summary>
    public long First { get; private set; } = long.MaxValue;
    public long Last { get; private set; }

    public void See(long start, long end) => (First, Last) = (Math.Min(First, start), Math.Max(Last, end));
}

/// <summary>Private addresses repeat from account to account.</summary>
internal readonly record struct LocalAddress(string Account, IpAddress Address);

/// <summary>How long each field of an identity is, and whether there is an instance column: most identities that differ in these are told apart without a look at their text.</summary>
internal readonly record struct FieldLengths(int Interface, int Account, int Instance, int Vpc, int Subnet, int Asg, int Tag, int Region, bool HasInstanceColumn)
{
    public static FieldLengths Of(in FlowIdentity identity) => new(
        identity.InterfaceId.Length, identity.AccountId.Length, identity.InstanceId.Length, identity.VpcId.Length, identity.SubnetId.Length, identity.AsgTag.Length, identity.InstanceTag.Length,
        identity.Region.Length, identity.HasInstanceColumn);
}

/// <summary>
/// Identities by the bytes of their fields, in an open hash table. They outlive the batch, since the next object mostly names the same interfaces: what is made of their text is made once.
/// </summary>
internal sealed class ObservedIdentities
{
    /// <summary>More than these are not kept over a batch: tags may make every line another identity.</summary>
    private const int MaxKept = 20_000;
    private const int FirstSize = 256;

    private readonly record struct Slot(ulong Hash, ObservedIdentity? Identity);

    private readonly List<ObservedIdentity> _inBatch = [];
    private int _count;
    private Slot[] _slots = new Slot[FirstSize];

    public ObservedIdentity Get(in FlowIdentity identity, ContactBatch batch)
    {
        ulong hash = Hash(identity);
        var lengths = FieldLengths.Of(identity);
        var slots = _slots;
        int mask = slots.Length - 1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref var slot = ref slots[i];
            if (slot.Identity is null) return Add(hash, identity, lengths, batch);
            if (slot.Hash == hash && slot.Identity.Matches(identity, lengths)) return slot.Identity.Batch == batch ? slot.Identity : Begin(slot.Identity, batch);
        }
    }

    /// <summary>Adds what each knows of its instance to the batch, and lets go of it.</summary>
    public void EndBatch(ContactBatch batch)
    {
        var owned = OwnedAddresses();
        foreach (var identity in _inBatch) identity.End(batch, owned);
        _inBatch.Clear();
        if (_count <= MaxKept) return;
        _slots = new Slot[FirstSize];
        _count = 0;
    }

    /// <summary>
    /// Addresses that the records show as an interface's own: the only one that it has. Needed only where another interface has several, which is one that forwards what others send. Flow logs show an interface's primary
    /// address even for its secondary ones (AWS VPC user guide, "Flow log records", <c>srcaddr</c>).
    /// </summary>
    private HashSet<LocalAddress>? OwnedAddresses()
    {
        if (!_inBatch.Exists(static i => i.HasSeveralLocals)) return null;
        var owned = new HashSet<LocalAddress>();
        foreach (var locals in _inBatch.GroupBy(i => (i.AccountId, i.InterfaceId), i => i.Locals))
            if (locals.SelectMany(l => l).Distinct().Take(2).ToList() is [var only]) owned.Add(new(locals.Key.AccountId, only));
        return owned;
    }

    private ObservedIdentity Begin(ObservedIdentity identity, ContactBatch batch)
    {
        identity.Begin(batch);
        _inBatch.Add(identity);
        return identity;
    }

    private ObservedIdentity Add(ulong hash, in FlowIdentity identity, in FieldLengths lengths, ContactBatch batch)
    {
        var added = Begin(new ObservedIdentity(identity, lengths), batch);
        if (++_count * 2 > _slots.Length)
        {
            var old = _slots;
            _slots = new Slot[old.Length * 4];
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
        _slots[i] = new Slot(hash, identity);
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
