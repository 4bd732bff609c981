using System.Globalization;
using Wayward.FlowLogs;

namespace Wayward.Testing;

/// <summary>
/// Flow records of a busy fleet, for speed and volume: the same for the same seed. Interfaces write in bursts, as the capture does; a conversation is two records, one for
/// each direction. About one record in forty touches a DNS port, one in twelve is IPv6, and scans, silence and skipped intervals occur.
/// </summary>
public sealed class FleetFlows
{
    public const string Account = "210987654321";

    /// <summary>A custom format of the sort consoles produce: 22 columns of versions 2 to 5, with ids and packet-level addresses.</summary>
    public static IReadOnlyList<FlowField> CustomColumns { get; } =
    [
        FlowField.Version, FlowField.VpcId, FlowField.SubnetId, FlowField.InstanceId, FlowField.InterfaceId, FlowField.AccountId, FlowField.Type, FlowField.SourceAddress, FlowField.DestinationAddress,
        FlowField.SourcePort, FlowField.DestinationPort, FlowField.PacketSourceAddress, FlowField.PacketDestinationAddress, FlowField.Protocol, FlowField.Bytes, FlowField.Packets, FlowField.Start,
        FlowField.End, FlowField.Action, FlowField.TcpFlags, FlowField.LogStatus, FlowField.FlowDirection,
    ];

    private static readonly IpAddress[] PublicResolvers = [.. new[] { "8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9", "208.67.222.222", "2001:4860:4860::8888", "2606:4700:4700::1111" }.Select(IpAddress.Parse)];

    private readonly Random _random;
    private readonly Member[] _members;
    private readonly IpAddress[] _sites;

    private sealed record Member(string Interface, string Instance, string Vpc, string Subnet, IpAddress Address, IpAddress Address6, int Resolver, bool Encrypts);

    public FleetFlows(int seed, int interfaces = 3_000)
    {
        // The fleet and the sites it talks to are the same for every seed, so that objects of one run describe one fleet.
        var fleet = new Random(interfaces);
        string[] vpcs = [.. Enumerable.Range(0, 5).Select(_ => "vpc-0" + Hex(fleet))], subnets = [.. Enumerable.Range(0, 40).Select(_ => "subnet-0" + Hex(fleet))];
        _members = [.. Enumerable.Range(0, interfaces).Select(i => new Member("eni-0" + Hex(fleet), "i-0" + Hex(fleet), vpcs[i % 5], subnets[i % 40],
            IpAddress.FromIPv4(0x0A50_0000U + (uint)i * 7 + 4), IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"2600:1f18:42a1:{i % 40:x}::{i + 16:x}")),
            fleet.Next(PublicResolvers.Length), fleet.Next(20) == 0))];
        _sites = [.. Enumerable.Range(0, 20_000).Select(_ => IpAddress.FromIPv4((uint)fleet.NextInt64(0x1700_0000, 0x6000_0000)))];
        _random = new Random(seed);
    }

    /// <param name="start">Unix seconds of the object's first interval; records spread over five minutes.</param>
    public IEnumerable<FlowRow> Rows(int count, long start)
    {
        int made = 0;
        while (made < count)
        {
            var member = _members[Skewed(_members.Length)];
            long at = start + _random.Next(240);
            foreach (var row in Burst(member, at, _random.Next(1, 24)))
            {
                yield return row;
                if (++made == count) yield break;
            }
        }
    }

    private IEnumerable<FlowRow> Burst(Member member, long start, int conversations)
    {
        var blank = new FlowRow { AccountId = Account, InterfaceId = member.Interface, InstanceId = member.Instance, VpcId = member.Vpc, SubnetId = member.Subnet, Start = start, End = start + 20 + _random.Next(40) };
        switch (_random.Next(200))
        {
            case < 6:
                yield return blank with { Status = LogStatus.NoData };
                yield break;
            case 6:
                yield return blank with { Status = LogStatus.SkipData };
                yield break;
        }
        for (int i = 0; i < conversations; i++)
        {
            int kind = _random.Next(1_000), port = _random.Next(32_768, 61_000);
            if (kind < 60)
            {
                // Someone outside tries a door.
                yield return blank with
                {
                    Source = Site(), Destination = member.Address, SourcePort = port, DestinationPort = _random.Next(10) switch { 0 => 53, < 4 => 22, < 6 => 3389, _ => _random.Next(1, 10_000) },
                    Protocol = 6, Packets = 1, Bytes = 40, Action = FlowAction.Reject, TcpFlags = 2, Direction = FlowDirection.Ingress,
                };
                continue;
            }
            bool six = kind % 12 == 0;
            var (remote, remotePort, protocol) = kind switch
            {
                < 78 => (PublicResolvers[member.Resolver], 53, 17),
                < 80 => (PublicResolvers[_random.Next(PublicResolvers.Length)], 53, 6),
                < 84 when member.Encrypts => (PublicResolvers[member.Resolver], 853, 6),
                < 88 when member.Encrypts => (PublicResolvers[member.Resolver], 443, 6),
                < 500 => (six ? Site6() : Site(), 443, 6),
                < 620 => (six ? Site6() : Site(), 80, 6),
                _ => (_members[Skewed(_members.Length)].Address, _random.Next(6) switch { 0 => 5432, 1 => 6379, 2 => 8080, 3 => 9092, 4 => 2049, _ => 3306 }, 6),
            };
            var local = remote.IsIPv4 ? member.Address : member.Address6;
            long packets = 1 + Skewed(400), bytes = packets * (52 + Skewed(1_400));
            yield return blank with
            {
                Source = local, Destination = remote, SourcePort = port, DestinationPort = remotePort, Protocol = protocol, Packets = packets, Bytes = bytes,
                Action = FlowAction.Accept, TcpFlags = protocol == 6 ? 3 : 0, Direction = FlowDirection.Egress,
            };
            yield return blank with
            {
                Source = remote, Destination = local, SourcePort = remotePort, DestinationPort = port, Protocol = protocol, Packets = packets, Bytes = bytes * 3,
                Action = FlowAction.Accept, TcpFlags = protocol == 6 ? 19 : 0, Direction = FlowDirection.Ingress,
            };
        }
    }

    private IpAddress Site() => _sites[Skewed(_sites.Length)];

    private static IpAddress Shift(IpAddress site) => new(IpAddress.Parse("2a00:1450:4009::").Bits | site.IPv4Bits);

    private IpAddress Site6() => Shift(Site());

    /// <summary>Small numbers far more often than large ones.</summary>
    private int Skewed(int below)
    {
        double u = _random.NextDouble();
        return (int)(below * u * u * u);
    }

    private static string Hex(Random random) => random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
}
