using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>What an egress record to a service port says about who opened the exchange.</summary>
internal enum ContactProof : byte
{
    /// <summary>Ours, as far as ports and flags go: a contact.</summary>
    Contact,
    /// <summary>Our SYN is in it: a contact for certain.</summary>
    Opened,
    /// <summary>From a port that is a DNS server's, without our SYN: what else the ledger knows decides.</summary>
    Unclear,
    /// <summary>We only answered: SYN+ACK.</summary>
    FarEndOpened,
    /// <summary>We answered a probe with a bare reset.</summary>
    Reset,
}

/// <summary>
/// Who opened an exchange, from one record. TCP flags are OR-ed over the interval and ACK is shown only with SYN (AWS VPC user guide, "TCP flag sequence"), so 2 or 3 is the side that opened, 18 or 19
/// the side that answered, and 0 the middle of a connection, or a format without flags.
/// </summary>
internal static class ContactRules
{
    private const byte Fin = 1, Syn = 2, Rst = 4, SynAck = 18;
    private const byte Tcp = 6;
    /// <summary>Ports that a client gets only by asking for them as root; servers live there.</summary>
    public const ushort FirstEphemeral = 1024;

    public static ContactProof Egress(in FlowRecord record)
    {
        ushort local = record.SourcePort;
        if (record.Protocol == Tcp && record.HasTcpFlags)
        {
            if ((record.TcpFlags & SynAck) == SynAck) return ContactProof.FarEndOpened;
            // The side that sends a SYN opens the connection, whatever port it has bound.
            if ((record.TcpFlags & Syn) != 0) return ContactProof.Opened;
            if (IsReset(record)) return ContactProof.Reset;
        }
        return LocalPortCanBeClient(local, record.DestinationPort) ? ContactProof.Contact : ContactProof.Unclear;
    }

    /// <summary>A local port that servers use: below 1024, or equal to the remote one. By itself it proves nothing, since whoever is root can bind it.</summary>
    public static bool IsServerPort(ushort local, ushort remote) => local < FirstEphemeral || local == remote;

    /// <summary>
    /// Paths that cannot lead to the internet: peering within (4) and between (5) Regions, gateway endpoint (7). All others may: a NAT gateway or firewall is another resource in the same VPC (1), a data centre
    /// behind a virtual private gateway (3) may have a way out of its own. AWS VPC user guide, "Flow log records", <c>traffic-path</c>.
    /// </summary>
    public static bool IsOwnPath(byte trafficPath) => trafficPath is 4 or 5 or 7;

    /// <summary>
    /// A bare reset: a closed port's reply to a probe, or in formats without flags what may be one. The size decides, because a long connection that ends with a reset shows the same flags: a record with payload
    /// is no bare reset.
    /// </summary>
    public static bool IsReset(in FlowRecord record) =>
        record.Protocol == Tcp && IsBare(record) && (!record.HasTcpFlags || ((record.TcpFlags & Rst) != 0 && (record.TcpFlags & (Fin | Syn)) == 0));

    /// <summary>An accepted ingress SYN+ACK from the service port: the far end answers a SYN that was ours.</summary>
    public static bool IsAnswerToOurSyn(in FlowRecord record) =>
        record.Protocol == Tcp && record.HasTcpFlags && (record.TcpFlags & SynAck) == SynAck && record.Action != FlowAction.Reject
        && LocalPortCanBeClient(record.DestinationPort, record.SourcePort);

    /// <summary>
    /// What a contact record proves. Without flags, TCP segments of bare headers (40 bytes each, IPv6 60) may be resets, however many: the SYN of any operating system carries options and is longer. Segments no
    /// longer than that may be a SYN or a SYN+ACK of ours.
    /// </summary>
    /// <returns><see cref="ContactFlags.Proven"/>, <see cref="ContactFlags.SynSized"/> or none.</returns>
    public static ContactFlags Proof(in FlowRecord record) =>
        record.Protocol != Tcp || record.HasTcpFlags || record.Bytes > SynBytes(record.SourceAddress.IsIPv4) * record.Packets ? ContactFlags.Proven
        : IsBare(record) ? ContactFlags.None : ContactFlags.SynSized;

    /// <summary>Bytes of the largest SYN in use: IP and TCP headers and 24 bytes of options.</summary>
    public static long SynBytes(bool isIPv4) => isIPv4 ? 64 : 84;

    /// <summary>Nothing but IP and TCP headers without options: at most 40 bytes a packet, 60 on IPv6.</summary>
    private static bool IsBare(in FlowRecord record) => record.Bytes <= (record.SourceAddress.IsIPv4 ? 40 : 60) * record.Packets;

    private static bool LocalPortCanBeClient(ushort local, ushort remote) => local is not (53 or 853) && local != remote;
}
