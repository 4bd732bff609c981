using static Wayward.Web.Demo.DemoAddresses;

namespace Wayward.Web.Demo;

/// <summary>Everybody in the demo: three accounts, forty-one instances over sixty days, two interfaces that AWS manages. Who does what, and when.</summary>
internal static class DemoFleet
{
    public static readonly DemoNetwork Shop = new("111122223333", "eu-central-1", "shop", "private-a", "10.20.1.");
    public static readonly DemoNetwork ShopTools = new("111122223333", "eu-central-1", "shop", "tools-a", "10.20.9.");
    public static readonly DemoNetwork Data = new("444455556666", "eu-central-1", "data", "private-a", "10.40.1.");
    public static readonly DemoNetwork DataV6 = new("444455556666", "eu-central-1", "data", "ipv6-only", "2a05:d014:77:1a00::");
    public static readonly DemoNetwork Staging = new("777788889999", "us-east-1", "staging", "private-b", "10.60.2.");

    /// <summary>Records of these accounts and spans [from, to) were never delivered.</summary>
    public static readonly IReadOnlyList<(string AccountId, long From, long To)> Outages =
        [(Staging.AccountId, DemoTime.At("2026-03-20T00:00:00Z"), DemoTime.At("2026-03-23T00:00:00Z"))];

    // The attacks' first contacts, to the second.
    public static readonly long ImplantAt = DemoTime.At("2026-04-11T23:41:07Z");
    public static readonly long ResolvConfAt = DemoTime.At("2026-04-14T02:13:20Z");
    public static readonly long DohAt = DemoTime.At("2026-04-18T09:17:00Z");
    public static readonly long DotAt = DemoTime.At("2026-04-21T14:05:31Z");
    public static readonly long RefusedAt = DemoTime.At("2026-04-24T03:12:10Z");
    public static readonly long DoqAt = DemoTime.At("2026-04-24T03:19:45Z");
    /// <summary>stage-web-1 changes its resolver again and again.</summary>
    public static readonly IReadOnlyList<long> RotationAt = [DemoTime.At("2026-04-26T08:20:05Z"), DemoTime.At("2026-04-27T13:44:50Z"), DemoTime.At("2026-04-28T19:03:30Z")];
    /// <summary>The shop-api group is replaced machine by machine, from an image with another resolver.</summary>
    public static readonly long ImageUpdateAt = DemoTime.At("2026-04-08T09:30:00Z");

    public static readonly IReadOnlyList<DemoMachine> Machines = [.. ShopAccount(), .. DataAccount(), .. StagingAccount()];

    private static IEnumerable<DemoMachine> ShopAccount()
    {
        AskResolver quad9() => new(Quad9, Quad9Second);
        for (int i = 1; i <= 4; i++)
        {
            DemoHabit[] habits = i == 2
                ? [
                    new Work("10.20.0.44", 8_080), new LogTrouble(),
                    new AskResolver(Quad9, Quad9Second) { To = ResolvConfAt },
                    new AskResolver(Google, GoogleSecond) { From = ResolvConfAt },
                ]
                : [new Work("10.20.0.44", 8_080), quad9(), new LogTrouble()];
            yield return new() { Name = $"shop-web-{i}", Network = Shop, Host = 20 + i, Group = "shop-web", Habits = habits };
        }
        // Two weekends of sale: the group grows and shrinks.
        for (int i = 5; i <= 11; i++)
        {
            bool first = i <= 7;
            yield return new()
            {
                Name = $"shop-web-{i}", Network = Shop, Host = 20 + i, Group = "shop-web",
                Born = DemoTime.At(first ? "2026-03-27T06:00:00Z" : "2026-04-17T06:00:00Z") + i * 47,
                Gone = DemoTime.At(first ? "2026-03-30T20:00:00Z" : "2026-04-21T20:00:00Z"),
                Habits = [new Work("10.20.0.44", 8_080), quad9(), new LogTrouble()],
            };
        }
        for (int i = 1; i <= 4; i++)
        {
            yield return new() { Name = $"shop-api-{i}", Network = Shop, Host = 60 + i, Group = "shop-api", Gone = ImageUpdateAt + i * 1_200, Habits = [new Work("10.20.1.71", 5_432), quad9(), new LogTrouble()] };
            yield return new()
            {
                Name = $"shop-api-{i + 4}", Network = Shop, Host = 64 + i, Group = "shop-api", Born = ImageUpdateAt + (i - 1) * 1_200,
                Habits = [new Work("10.20.1.71", 5_432), new AskResolver(Cloudflare, CloudflareSecond), new LogTrouble()],
            };
        }
        for (int i = 1; i <= 2; i++)
            yield return new() { Name = $"shop-pay-{i}", Network = Shop, Host = 80 + i, Habits = [new Work("10.20.1.71", 5_432), new AskInside(InsideResolver), new LogTrouble()] };
        yield return new() { Name = "shop-dns", Network = ShopTools, Host = 53, Habits = [new Work(), new ResolveFromRoots("10.20.1.81", "10.20.1.82", "10.20.9.21", "10.20.9.22"), new LogTrouble()] };
        yield return new()
        {
            Name = "shop-bastion", Network = ShopTools, Host = 5,
            Habits = [new Work(), new InternetNoise(), new Beacon(Quad9, DemoProtocol.Tcp, 853), new LogTrouble()],
        };
        yield return new()
        {
            Name = "shop-build-1", Network = ShopTools, Host = 21,
            Habits = [new Work(), new AskInside(InsideResolver), new Beacon(CloudflareDoh, DemoProtocol.Tcp, 443) { From = DohAt }, new LogTrouble()],
        };
        yield return new() { Name = "shop-build-2", Network = ShopTools, Host = 22, Habits = [new Work(), new AskInside(InsideResolver), new FetchFromCdn(), new LogTrouble()] };
        yield return new() { Name = "shop-nat", Network = ShopTools, Host = 250, ManagedType = "nat_gateway", Habits = [new NatRelay(Quad9, Google)] };
    }

    private static IEnumerable<DemoMachine> DataAccount()
    {
        for (int i = 1; i <= 5; i++)
        {
            yield return new()
            {
                Name = $"data-etl-{i}", Network = Data, Host = 30 + i, Group = "data-etl",
                Habits = [new Work("10.40.1.51", 5_432), new AskResolver(Cloudflare, CloudflareSecond), new LogTrouble("2026-04-02T10:00:00Z", "2026-04-02T11:00:00Z", "2026-04-02T12:00:00Z")],
            };
        }
        for (int i = 1; i <= 3; i++)
        {
            DemoHabit[] habits = i == 2
                ? [new Work(), new LogTrouble(), new Beacon(AttackersServer, DemoProtocol.Udp, 53, every: 2, jitter: 240) { From = ImplantAt }]
                : [new Work(), new LogTrouble()];
            yield return new() { Name = $"data-db-{i}", Network = Data, Host = 50 + i, Habits = habits };
        }
        yield return new()
        {
            Name = "data-report", Network = Data, Host = 70,
            Habits =
            [
                new Work(), new LogTrouble(),
                // First Monday of the month, six in the morning, two hours: thirty-five days apart.
                new AskResolver(Quad9) { From = DemoTime.At("2026-03-02T06:00:00Z"), To = DemoTime.At("2026-03-02T08:00:00Z") },
                new AskResolver(Quad9) { From = DemoTime.At("2026-04-06T06:00:00Z"), To = DemoTime.At("2026-04-06T08:00:00Z") },
            ],
        };
        yield return new()
        {
            Name = "data-lake-1", Network = DataV6, Host = 0x11,
            Habits =
            [
                new Work(), new LogTrouble(),
                new Refused(CloudflareByNat64, DemoProtocol.Udp, 53, 0, 5, 65, 185) { From = RefusedAt },
                new Beacon(AdGuardByNat64, DemoProtocol.Udp, 853, every: 3, jitter: 600) { From = DoqAt },
            ],
        };
        yield return new() { Name = "data-lake-2", Network = DataV6, Host = 0x12, Habits = [new Work(), new LogTrouble()] };
        yield return new() { Name = "data-nlb", Network = Data, Host = 240, ManagedType = "network_load_balancer", Habits = [new InternetNoise()] };
    }

    private static IEnumerable<DemoMachine> StagingAccount()
    {
        for (int i = 1; i <= 3; i++)
        {
            // stage-web-2 is replaced by stage-web-3 in the middle of March.
            long swap = DemoTime.At("2026-03-18T11:00:00Z");
            DemoHabit[] more = i == 1
                ? [
                    new AskResolver(Quad9, Quad9Second) { To = RotationAt[0] },
                    new AskResolver(CleanBrowsing) { From = RotationAt[0], To = RotationAt[1] },
                    new AskResolver(ControlD) { From = RotationAt[1], To = RotationAt[2] },
                    new AskResolver(Yandex) { From = RotationAt[2] },
                ]
                : [];
            yield return new()
            {
                Name = $"stage-web-{i}", Network = Staging, Host = 20 + i, Born = i == 3 ? swap : DemoTime.Start, Gone = i == 2 ? swap + 600 : DemoTime.End,
                Habits = [new Work("10.60.2.40", 8_080), new LogTrouble(), .. more],
            };
        }
        yield return new() { Name = "stage-db", Network = Staging, Host = 40, Habits = [new Work(), new LogTrouble()] };
        yield return new()
        {
            Name = "stage-tools", Network = Staging, Host = 60,
            Habits = [new Work(), new LogTrouble(), new Beacon(OpenDns, DemoProtocol.Tcp, 853, every: 1, jitter: 900) { From = DotAt }],
        };
    }
}
