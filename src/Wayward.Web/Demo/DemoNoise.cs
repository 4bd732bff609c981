namespace Wayward.Web.Demo;

/// <summary>
/// What the internet throws at an address that it can reach: scans of ports 53 and 853 and others, a reply that nobody asked for, a probe
/// sent from port 53 that the host resets. None of it is a contact that the machine made.
/// </summary>
internal sealed class InternetNoise : DemoHabit
{
    private static readonly ushort[] Scanned = [53, 22, 853, 3_389, 53, 8_853, 443, 445];

    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        for (int i = 0; i < 3; i++)
        {
            ushort port = Scanned[dice.Between(0, Scanned.Length - 1)];
            output.Knock(hour + dice.Between(0, 3_500), Stranger(ref dice), dice.EphemeralPort(), port == 53 ? DemoProtocol.Udp : DemoProtocol.Tcp, port);
        }
        if (hour / DemoTime.Hour % 7 == 0)
            output.Stray(hour + dice.Between(0, 3_500), Stranger(ref dice), DemoProtocol.Udp, 53);
        if (hour / DemoTime.Hour % 11 == 0)
            output.ProbeFromService(hour + dice.Between(0, 3_500), Stranger(ref dice), 53, 445);
    }

    private static string Stranger(ref DemoDice dice) => DemoAddresses.Nobody(dice.Between(100, 250));
}

/// <summary>A NAT gateway's own interface: it repeats what the machines behind it send, DNS included, and is nobody's instance.</summary>
internal sealed class NatRelay(params string[] resolvers) : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        string resolver = resolvers[dice.Between(0, resolvers.Length - 1)];
        output.Exchange(hour + dice.Between(0, 2_900), 590, resolver, DemoProtocol.Udp, 53, 160, 160 * 66, 160, 160 * 150);
        output.Exchange(hour + dice.Between(0, 2_900), 590, "52.219.169.40", DemoProtocol.Tcp, 443, 900, 210_000, 1_300, 1_700_000);
    }
}

/// <summary>Fetches from a web site behind a shared CDN address that copied DoH lists tend to name. HTTPS, not DNS.</summary>
internal sealed class FetchFromCdn : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        if (dice.Between(0, 3) == 0)
            output.Exchange(hour + dice.Between(0, 3_000), 45, $"104.21.{dice.Between(16, 90)}.{dice.Between(2, 250)}", DemoProtocol.Tcp, 443, 40, 5_200, 66, 71_000);
    }
}

/// <summary>Nothing sent in some quiet hours, and hours in which the flow log itself lost records.</summary>
internal sealed class LogTrouble(params string[] skipHours) : DemoHabit
{
    private readonly HashSet<long> _skipped = [.. skipHours.Select(DemoTime.At)];

    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        if (_skipped.Contains(hour)) output.Status(hour + 1_200, 600, "SKIPDATA");
        else if (hour % DemoTime.Day / DemoTime.Hour is 3) output.Status(hour + 2_400, 600, "NODATA");
    }
}
