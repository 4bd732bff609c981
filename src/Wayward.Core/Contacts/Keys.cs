using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>What the subject of contacts is.</summary>
public enum InstanceKind : byte
{
    /// <summary>An <c>i-…</c> id.</summary>
    Instance = 1,
    /// <summary>An <c>eni-…</c> id: the format has no <c>instance-id</c> and no inventory maps it.</summary>
    Interface = 2,
}

/// <summary>An instance (or bare interface) by its id; ordinal order.</summary>
public readonly record struct InstanceKey(string Id) : IComparable<InstanceKey>
{
    public InstanceKind Kind => Id.StartsWith("i-", StringComparison.Ordinal) ? InstanceKind.Instance : InstanceKind.Interface;
    public int CompareTo(InstanceKey other) => string.CompareOrdinal(Id, other.Id);
    public override string ToString() => Id;
}

/// <summary>A remote endpoint: folded address, protocol (6 or 17) and port.</summary>
public readonly record struct Endpoint(IpAddress Address, byte Protocol, ushort Port) : IComparable<Endpoint>
{
    public int CompareTo(Endpoint other) =>
        Address.CompareTo(other.Address) is var a && a != 0 ? a :
        Protocol.CompareTo(other.Protocol) is var p && p != 0 ? p : Port.CompareTo(other.Port);
}

/// <summary>A destination as lanes and findings know it: folded remote address and transport.</summary>
public readonly record struct Destination(IpAddress Address, DnsTransport Transport) : IComparable<Destination>
{
    public int CompareTo(Destination other) => Address.CompareTo(other.Address) is var a && a != 0 ? a : Transport.CompareTo(other.Transport);
}

/// <summary>Time arithmetic on Unix seconds.</summary>
public static class UnixTime
{
    public const long HourSeconds = 3_600;
    public const long DaySeconds = 86_400;

    /// <summary>Hours since the epoch, UTC.</summary>
    public static int Hour(long seconds) => (int)(seconds / HourSeconds);
    /// <summary>Days since the epoch, UTC.</summary>
    public static int Day(long seconds) => (int)(seconds / DaySeconds);
    public static DateTimeOffset ToDateTime(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
