using System.Globalization;
using System.Text;

namespace Wayward.Web.Demo;

/// <summary>
/// Writes flow-log lines of one machine and hour, in the column order of <see cref="Header"/>. Each direction of an exchange is a record of its own, as AWS writes them.
/// </summary>
internal sealed class DemoHour(StringBuilder text)
{
    /// <summary>A custom format of version 11: the columns that carry names, direction and packet addresses.</summary>
    public const string Header =
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
        + "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region flow-direction traffic-path instance-tag asg-tag interface-type";

    private const byte Fin = 1, Syn = 2, Rst = 4, SynAck = 18;

    private DemoMachine _machine = null!;
    private DemoDice _dice;
    private string _head = "", _middle = "", _tail = "";
    private long _from, _to, _until;

    /// <summary>How many lines were written so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Starts a machine's hour. Tags are blank in a machine's first hour, as the user guide warns they may be.</summary>
    public void Begin(DemoMachine machine, long hour)
    {
        _machine = machine;
        _dice = new DemoDice(machine.Name + "/ports", hour);
        _until = hour + DemoTime.Hour;
        bool tagged = machine.Born == DemoTime.Start || hour >= machine.Born + DemoTime.Hour;
        var network = machine.Network;
        _head = $"11 {network.AccountId} {machine.InterfaceId} ";
        _middle = $"{network.VpcId} {network.SubnetId} {machine.InstanceId ?? "-"} ";
        string name = tagged && machine.InstanceId is not null ? machine.Name : "-";
        string group = tagged ? machine.Group ?? "-" : "-";
        _tail = $"{name} {group} {machine.ManagedType ?? "-"}\n";
    }

    /// <summary>Only records that start in [from, to) are written from here on: a habit's span, cut to the machine's life.</summary>
    public void Within(long from, long to) => (_from, _to) = (Math.Max(from, _machine.Born), Math.Min(to, _machine.Gone));

    /// <summary>The machine opens a flow and is answered.</summary>
    public void Exchange(long start, int seconds, string remote, byte protocol, ushort port, long outPackets, long outBytes, long inPackets, long inBytes)
    {
        ushort local = _dice.EphemeralPort();
        bool tcp = protocol == DemoProtocol.Tcp;
        Line(_machine.Address, remote, local, port, protocol, outPackets, outBytes, start, seconds, "ACCEPT", tcp ? Syn | Fin : 0, egress: true);
        Line(remote, _machine.Address, port, local, protocol, inPackets, inBytes, start, seconds, "ACCEPT", tcp ? SynAck | Fin : 0, egress: false);
    }

    /// <summary>A client inside the network asks the machine's own service port and is answered.</summary>
    public void Serve(long start, int seconds, string client, byte protocol, ushort port, long inPackets, long inBytes, long outPackets, long outBytes)
    {
        ushort remote = _dice.EphemeralPort();
        Line(client, _machine.Address, remote, port, protocol, inPackets, inBytes, start, seconds, "ACCEPT", 0, egress: false);
        Line(_machine.Address, client, port, remote, protocol, outPackets, outBytes, start, seconds, "ACCEPT", 0, egress: true);
    }

    /// <summary>The machine tries and a security group or network ACL refuses.</summary>
    public void Rejected(long start, int seconds, string remote, byte protocol, ushort port, long packets, long bytes) =>
        Line(_machine.Address, remote, _dice.EphemeralPort(), port, protocol, packets, bytes, start, seconds, "REJECT", protocol == DemoProtocol.Tcp ? Syn : 0, egress: true);

    /// <summary>A stranger tries one of the machine's ports and is refused.</summary>
    public void Knock(long start, string remote, ushort remotePort, byte protocol, ushort localPort) =>
        Line(remote, _machine.Address, remotePort, localPort, protocol, 1, protocol == DemoProtocol.Tcp ? 44 : 58, start, 1, "REJECT", protocol == DemoProtocol.Tcp ? Syn : 0, egress: false);

    /// <summary>A packet from a service port that answers nothing: reflection.</summary>
    public void Stray(long start, string remote, byte protocol, ushort remotePort) =>
        Line(remote, _machine.Address, remotePort, _dice.EphemeralPort(), protocol, 1, 512, start, 1, "ACCEPT", 0, egress: false);

    /// <summary>A stranger scans from a service port; the machine's reset goes out towards that port.</summary>
    public void ProbeFromService(long start, string remote, ushort remotePort, ushort localPort)
    {
        Line(remote, _machine.Address, remotePort, localPort, DemoProtocol.Tcp, 1, 44, start, 1, "ACCEPT", Syn, egress: false);
        Line(_machine.Address, remote, localPort, remotePort, DemoProtocol.Tcp, 1, 40, start, 1, "ACCEPT", Rst, egress: true);
    }

    /// <summary>A record without a flow: NODATA or SKIPDATA.</summary>
    public void Status(long start, int seconds, string status)
    {
        if (start < _from || start >= _to) return;
        text.Append(_head).Append("- - - - - - - ").Append(CultureInfo.InvariantCulture, $"{start} {start + seconds} - {status} ")
            .Append(_middle).Append("- - - - ").Append(_machine.Network.Region).Append(" - - ").Append(_tail);
        Lines++;
    }

    private void Line(string source, string destination, ushort sourcePort, ushort destinationPort, byte protocol, long packets, long bytes,
        long start, int seconds, string action, int flags, bool egress)
    {
        if (start < _from || start >= _to) return;
        // A record never outlives its aggregation interval; keeping it inside the hour keeps it inside its object too.
        long end = Math.Min(start + seconds, _until - 1);
        var network = _machine.Network;
        text.Append(_head)
            .Append(CultureInfo.InvariantCulture, $"{source} {destination} {sourcePort} {destinationPort} {protocol} {packets} {bytes} {start} {Math.Max(start, end)} {action} OK ")
            .Append(_middle)
            .Append(CultureInfo.InvariantCulture, $"{flags} {(network.IsIPv6 ? "IPv6" : "IPv4")} {source} {destination} {network.Region} {Direction(egress, destination)} ")
            .Append(_tail);
        Lines++;
    }

    /// <summary>Direction and traffic path: 1 inside the VPC, 8 through an internet gateway.</summary>
    private static string Direction(bool egress, string destination) =>
        !egress ? "ingress -" : destination.StartsWith("10.", StringComparison.Ordinal) ? "egress 1" : "egress 8";
}
