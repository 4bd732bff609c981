namespace Wayward.Web.Demo;

/// <summary>
/// Resolves for others from the root servers down, as Unbound and BIND do: a root server now and then, an authoritative server for each domain, a few of them new every day, and
/// answers to clients from its own port 53.
/// </summary>
internal sealed class ResolveFromRoots(params string[] clients) : DemoHabit
{
    private const int ServersAnHour = 4;
    /// <summary>Authoritative servers known on the first day; one more each day.</summary>
    private const int FirstServers = 36;
    private static readonly long NewRootAt = DemoTime.At("2026-04-12T00:00:00Z");

    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        int day = (int)((hour - DemoTime.Start) / DemoTime.Day), hourOfDay = (int)(hour % DemoTime.Day / DemoTime.Hour);
        foreach (string client in clients)
            output.Serve(hour + dice.Between(0, 2_900), 580, client, DemoProtocol.Udp, 53, 24, 24 * 68, 24, 24 * 150);

        if (hourOfDay % 6 == 0)
        {
            string[] roots = hour >= NewRootAt ? [DemoAddresses.RootA, DemoAddresses.RootB, DemoAddresses.RootC] : [DemoAddresses.RootA, DemoAddresses.RootB];
            output.Exchange(hour + dice.Between(0, 600), 3, roots[dice.Between(0, roots.Length - 1)], DemoProtocol.Udp, 53, 2, 2 * 60, 2, 2 * 480);
        }
        // Drawn from all it knows: clients ask for names at random, so no server is asked like clockwork.
        int known = FirstServers + day;
        for (int i = 0; i < ServersAnHour; i++)
        {
            int server = dice.Between(0, known - 1);
            int questions = dice.Between(1, 9);
            output.Exchange(hour + dice.Between(0, 3_500), 20, DemoAddresses.Authoritative(server), DemoProtocol.Udp, 53, questions, questions * 71, questions, questions * 190);
        }
    }
}
