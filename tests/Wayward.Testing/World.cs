using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Testing;

/// <summary>
/// A small fleet over some days, described in words: <c>world.Instance("web-1").Asks("8.8.8.8").Daily()</c>. Times are days since the world began, as fractions.
/// It turns into flow records, which run through the real folder and the real engine.
/// </summary>
public sealed class World(double days = 60, LineFormat format = LineFormat.V11)
{
    /// <summary>2026-01-01 00:00 UTC.</summary>
    public const long Beginning = 1_767_225_600;

    private readonly List<WorldInstance> _instances = [];
    private readonly List<ExpectedTarget> _rules = [];
    private readonly List<FlowLine> _extra = [];

    public double Days { get; } = days;
    public LineFormat Format { get; } = format;
    public ResolverCatalog Catalog { get; set; } = TestCatalog.Default;
    public DetectionOptions Options { get; set; } = DetectionOptions.Default;
    public IReadOnlyList<WorldInstance> Instances => _instances;

    /// <summary>Unix seconds of a day since the beginning.</summary>
    public static long At(double day) => Beginning + (long)Math.Round(day * UnixTime.DaySeconds);

    /// <summary>The instance id that a name stands for.</summary>
    public static string Id(string name) => "i-" + Hex(name, 17);

    public static string Hex(string text, int digits) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];

    public WorldInstance Instance(string name)
    {
        foreach (var known in _instances)
            if (known.Name == name) return known;
        var instance = new WorldInstance(this, name, _instances.Count);
        _instances.Add(instance);
        return instance;
    }

    /// <summary>A rule; its id is its place in the list, from 1.</summary>
    public World Rule(ExpectedTarget rule)
    {
        _rules.Add(rule with { Id = _rules.Count + 1 });
        return this;
    }

    public World Expect(string prefix, double? from = null, double? to = null, ExpectedScope? scope = null, ExpectedAction action = ExpectedAction.Expected) => Rule(new ExpectedTarget
    {
        Action = action,
        Prefixes = [IpPrefix.Parse(prefix)],
        Scope = scope ?? ExpectedScope.Everywhere,
        ValidFrom = from is { } f ? At(f) : null,
        ValidTo = to is { } t ? At(t) : null,
        Reason = "test",
    });

    /// <summary>Records beside those of the instances.</summary>
    public World Add(params FlowLine[] lines)
    {
        _extra.AddRange(lines);
        return this;
    }

    /// <summary>All records by start; ties keep the order in which the world was described.</summary>
    public IReadOnlyList<FlowLine> Lines() => [.. _instances.SelectMany(i => i.Lines()).Concat(_extra).OrderBy(l => l.Start)];

    /// <summary>The records in objects of some hours each, the first record of an object deciding.</summary>
    public IReadOnlyList<IReadOnlyList<FlowLine>> Objects(double hours = 24) =>
        [.. Lines().GroupBy(l => (long)((l.Start - Beginning) / (hours * UnixTime.HourSeconds))).OrderBy(g => g.Key).Select(g => (IReadOnlyList<FlowLine>)[.. g])];

    public ContactLedger Ledger()
    {
        var ledger = Fold(Objects(), Catalog, Options);
        foreach (var instance in _instances)
        {
            if (instance.Role is { } role) ledger.GetOrAdd(instance.Key).Facts.Add(new InstanceFact(InstanceAttribute.Role, role, Beginning, At(Days)));
            if (instance.Image is { } image) ledger.GetOrAdd(instance.Key).Facts.Add(new InstanceFact(InstanceAttribute.Image, image, Beginning, At(Days)));
        }
        return ledger;
    }

    public static ContactLedger Fold(IEnumerable<IReadOnlyList<FlowLine>> objects, ResolverCatalog catalog, DetectionOptions options)
    {
        var ledger = new ContactLedger();
        foreach (var batch in Batches(objects, catalog, options)) ledger.Add(batch);
        return ledger;
    }

    /// <summary>One batch for each object. An object's identity is its content, so that the same lines get the same evidence numbers in any order.</summary>
    public static IEnumerable<ContactBatch> Batches(IEnumerable<IReadOnlyList<FlowLine>> objects, ResolverCatalog catalog, DetectionOptions options)
    {
        var folder = new ContactFolder(catalog, new AddressSpace(options.OwnPrefixes.Select(IpPrefix.Parse)));
        foreach (var lines in objects)
        {
            folder.Begin(new ObjectIdentity("world", Hex(string.Join('\n', lines.Take(3)) + lines.Count.ToString(CultureInfo.InvariantCulture), 16), "1").Id);
            for (int i = 0; i < lines.Count; i++) lines[i].Push(folder, i + 1);
            yield return folder.TakeBatch();
        }
    }

    public DetectionEngine Engine() => new(Catalog, _rules, Options);

    public DetectionResult Evaluate() => Engine().Evaluate(Ledger());

    /// <summary>Findings that an analyst is told of.</summary>
    public IReadOnlyList<Finding> Reported() => [.. Evaluate().Findings.Where(f => f.Reported)];
}

/// <summary>One instance of a <see cref="World"/>.</summary>
public sealed class WorldInstance
{
    private readonly World _world;
    private readonly List<WorldContact> _contacts = [];
    private readonly List<(double From, double To)> _observed = [];
    private readonly string _address;
    private string? _asg, _vpc = "vpc-00000001", _subnet, _account = "111122223333";
    private bool _noData;

    internal WorldInstance(World world, string name, int number)
    {
        _world = world;
        Name = name;
        Id = World.Id(name);
        _address = string.Create(CultureInfo.InvariantCulture, $"10.{number / 60_000 % 250}.{number / 250 % 240}.{number % 250 + 4}");
    }

    internal World World => _world;
    public string Name { get; }
    public string Id { get; }
    public string Interface => "eni-" + World.Hex(Name, 17);
    public InstanceKey Key => new(_world.Format == LineFormat.V2 ? Interface : Id);

    public WorldInstance InAsg(string asg) { _asg = asg; return this; }
    public WorldInstance InSubnet(string subnet) { _subnet = subnet; return this; }
    public WorldInstance InVpc(string vpc) { _vpc = vpc; return this; }
    public WorldInstance InAccount(string account) { _account = account; return this; }

    /// <summary>A role that the inventory states.</summary>
    public WorldInstance Tagged(string role) { Role = role; return this; }
    internal string? Role { get; private set; }

    /// <summary>An image that the inventory states.</summary>
    public WorldInstance OfImage(string image) { Image = image; return this; }
    internal string? Image { get; private set; }

    /// <summary>Running, and logged every hour, from one day to another; several calls add up. Without any: all the time.</summary>
    public WorldInstance Runs(double from, double? to = null) { _observed.Add((from, to ?? _world.Days)); return this; }

    /// <summary>Nothing but NODATA is logged of it beside its contacts.</summary>
    public WorldInstance Quiet() { _noData = true; return this; }

    public WorldContact Asks(string address, DnsTransport transport = DnsTransport.Dns)
    {
        var contact = new WorldContact(this, address, transport);
        _contacts.Add(contact);
        return contact;
    }

    /// <summary>A record of this instance, egress, as its format tells it.</summary>
    public FlowLine Line(double day, string remote, int remotePort, int protocol = 17, int? localPort = null, int packets = 1, long bytes = 70, int? flags = null, long seconds = 10) => new FlowLine
    {
        Account = _account,
        Interface = Interface,
        Instance = Id,
        Vpc = _vpc,
        Subnet = _subnet,
        Asg = _asg,
        Name = Name,
        Region = "eu-central-1",
        Source = _address,
        Destination = remote,
        SourcePort = localPort ?? 32_768 + (int)((ulong)(day * 1_000_003) * 2_654_435_761UL % 28_000),
        DestinationPort = remotePort,
        Protocol = protocol,
        Packets = packets,
        Bytes = bytes,
        Start = World.At(day),
        End = World.At(day) + seconds,
        TcpFlags = protocol == 6 ? flags ?? 3 : 0,
        Direction = FlowDirection.Egress,
    }.In(_world.Format);

    internal IEnumerable<FlowLine> Lines()
    {
        IEnumerable<(double From, double To)> spans = _observed.Count > 0 ? _observed : [(0, _world.Days)];
        foreach (var (from, to) in spans)
        {
            // An hourly record of ordinary traffic: what makes coverage and epochs.
            for (double day = from; day < to - 1e-9; day += 1 / 24.0)
            {
                var line = Line(day, "10.9.9.9", 443, 6, localPort: 50_000, seconds: 60);
                yield return _noData ? line with { Status = LogStatus.NoData } : line;
            }
        }
        foreach (var contact in _contacts)
            foreach (var line in contact.Lines()) yield return line;
    }
}

/// <summary>What an instance asks, when, and what comes back.</summary>
public sealed class WorldContact
{
    private readonly WorldInstance _instance;
    private readonly string _address;
    private readonly int _protocol, _port;
    private readonly List<double> _times = [];
    private bool _answered = true, _blocked, _answerBlocked;
    private int _packets = 1;
    private long _bytesOut = 70, _bytesIn = 140;

    internal WorldContact(WorldInstance instance, string address, DnsTransport transport)
    {
        _instance = instance;
        _address = address;
        (_protocol, _port) = transport switch
        {
            DnsTransport.Dns => (17, 53),
            DnsTransport.DoT => (6, 853),
            DnsTransport.DoQ => (17, 853),
            DnsTransport.DoH => (6, 443),
            DnsTransport.DoH3 => (17, 443),
            _ => (17, 8443),
        };
    }

    public WorldContact Unanswered() { _answered = false; return this; }
    public WorldContact Blocked() { _blocked = true; _answered = false; return this; }
    public WorldContact AnswerBlocked() { _answerBlocked = true; return this; }
    public WorldContact Sending(int packets, long bytesOut, long bytesIn) { (_packets, _bytesOut, _bytesIn) = (packets, bytesOut, bytesIn); return this; }

    /// <summary>At these days.</summary>
    public WorldInstance On(params double[] days) { _times.AddRange(days); return _instance; }
    public WorldInstance Daily(double from = 0.1, double to = double.MaxValue) => Every(1, from, to);
    public WorldInstance Hourly(double from, double to = double.MaxValue) => Every(1 / 24.0, from, to);

    public WorldInstance Every(double days, double from, double to = double.MaxValue)
    {
        for (double day = from; day < Math.Min(to, _instance.World.Days) - 1e-9; day += days) _times.Add(day);
        return _instance;
    }

    internal IEnumerable<FlowLine> Lines()
    {
        foreach (double day in _times)
        {
            var line = _instance.Line(day, _address, _port, _protocol, packets: _packets, bytes: _bytesOut) with { Rejected = _blocked };
            yield return line;
            if (_answered) yield return line.Reply(_answerBlocked) with { Bytes = _bytesIn };
        }
    }
}
