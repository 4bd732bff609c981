namespace Wayward.Web.Demo;

/// <summary>Something that a machine does again and again. Writes the flow records of one hour.</summary>
internal abstract class DemoHabit
{
    /// <summary>Active in [From, To), Unix seconds; by default as long as the machine lives.</summary>
    public long From { get; init; } = DemoTime.Start;
    public long To { get; init; } = DemoTime.End;

    /// <param name="hour">First second of the hour.</param>
    public abstract void Write(DemoMachine machine, long hour, DemoHour output);

    protected DemoDice Dice(DemoMachine machine, long hour) => new(machine.Name + "/" + GetType().Name, hour);
}

/// <summary>Ordinary work: HTTPS to object storage, plus what the group does inside the VPC. Never DNS.</summary>
internal sealed class Work(string? neighbour = null, ushort neighbourPort = 0) : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        double load = DemoTime.Load(hour);
        string storage = machine.Network.IsIPv6 ? $"2a05:d070:e000::{dice.Between(1, 9)}" : $"52.219.{dice.Between(168, 171)}.{dice.Between(10, 200)}";
        int requests = 1 + (int)(40 * load);
        output.Exchange(hour + dice.Between(0, 2_900), 540, storage, DemoProtocol.Tcp, 443, requests * 9, requests * dice.Between(900, 1_500), requests * 12, requests * dice.Between(6_000, 14_000));
        if (neighbour is not null)
            output.Exchange(hour + dice.Between(0, 2_900), 590, neighbour, DemoProtocol.Tcp, neighbourPort, requests * 14, requests * dice.Between(1_800, 2_600), requests * 13, requests * dice.Between(2_000, 9_000));
    }
}

/// <summary>Asks a pair of resolvers: the first all the time, the second now and then, as stub resolvers do.</summary>
internal sealed class AskResolver(string primary, string? secondary = null) : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        int queries = 2 + (int)(dice.Between(20, 60) * DemoTime.Load(hour));
        // A machine asks soon after it boots, or after its resolver was changed.
        long start = hour <= Math.Max(From, machine.Born) ? Math.Max(From, machine.Born + 95) : hour + dice.Between(0, 2_700);
        output.Exchange(start, 598, primary, DemoProtocol.Udp, 53, queries, queries * dice.Between(58, 74), queries, queries * dice.Between(110, 190));
        if (secondary is not null && (hour <= Math.Max(From, machine.Born) || dice.Between(0, 5) == 0))
            output.Exchange(start + 31, 411, secondary, DemoProtocol.Udp, 53, 3, 3 * 66, 3, 3 * 141);
    }
}

/// <summary>Asks the VPC's own resolver endpoint: DNS in the flow log, but inside the network.</summary>
internal sealed class AskInside(string address) : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        var dice = Dice(machine, hour);
        output.Exchange(hour + dice.Between(0, 2_900), 580, address, DemoProtocol.Udp, 53, 24, 24 * 68, 24, 24 * 150);
    }
}

/// <summary>A short connection at a steady beat to one service, the way scheduled agents and beacons call.</summary>
/// <param name="every">Hours between calls.</param>
/// <param name="jitter">Seconds, to each side.</param>
internal sealed class Beacon(string remote, byte protocol, ushort port, int every = 1, int jitter = 20) : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        long firstHour = From - From % DemoTime.Hour;
        if ((hour - firstHour) / DemoTime.Hour % every != 0) return;
        var dice = Dice(machine, hour);
        long start = hour == firstHour ? From : Math.Max(hour, hour + From % DemoTime.Hour + dice.Between(-jitter, jitter));
        int questions = dice.Between(3, 8);
        bool tcp = protocol == DemoProtocol.Tcp;
        output.Exchange(start, tcp ? 12 : 4, remote, protocol, port,
            tcp ? 9 + questions : questions, tcp ? 900 + questions * 130 : questions * 82,
            tcp ? 8 + questions : questions, tcp ? 4_300 + questions * 310 : questions * 168);
    }
}

/// <summary>Tries a service that the network refuses: rejected, nothing comes back.</summary>
internal sealed class Refused(string remote, byte protocol, ushort port, params int[] offsets) : DemoHabit
{
    public override void Write(DemoMachine machine, long hour, DemoHour output)
    {
        foreach (int offset in offsets)
            if (From + offset is var at && at - at % DemoTime.Hour == hour)
                output.Rejected(at, 9, remote, protocol, port, 2, 2 * 71);
    }
}
