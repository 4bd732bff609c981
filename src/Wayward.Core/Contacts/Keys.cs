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
    // By hand, here and below: what the compiler writes asks the framework's comparers, whose code over these types is in no image.
    public bool Equals(InstanceKey other) => string.Equals(Id, other.Id, StringComparison.Ordinal);
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Id;
}

/// <summary>Which records a cell of an endpoint holds. Values are stored; do not renumber.</summary>
public enum FlowClass : byte
{
    /// <summary>From a local port that clients use.</summary>
    Client = 0,
    /// <summary>From a local port that servers use (<see cref="ContactRules.IsServerPort"/>): who asked whom is told by more than the ports, so these records are kept apart.</summary>
    ServerPort = 1,
    /// <summary>On a path that cannot lead to the internet (<see cref="ContactRules.IsOwnPath"/>): never a contact.</summary>
    OwnNetwork = 2,
}

/// <summary>A remote endpoint: folded address, protocol (6 or 17) and port, and the class of the records that are kept under it.</summary>
/// <param name="protocol">6 or 17, or <see cref="StoredProtocol"/>, which holds the class too.</param>
public readonly struct Endpoint(IpAddress address, byte protocol, ushort port, FlowClass @class = FlowClass.Client) : IComparable<Endpoint>, IEquatable<Endpoint>
{
    private const int ClassShift = 6;

    public IpAddress Address { get; } = address;
    public ushort Port { get; } = port;
    /// <summary>Protocol and class in one byte, as stores keep it: the protocol in the lower six bits, the class in the upper two.</summary>
    public byte StoredProtocol { get; } = (byte)(protocol | (int)@class << ClassShift);

    /// <summary>6 or 17.</summary>
    public byte Protocol => ProtocolOf(StoredProtocol);
    public FlowClass Class => (FlowClass)(StoredProtocol >> ClassShift);
    /// <summary>The same endpoint whatever the class.</summary>
    public Endpoint Plain => new(Address, Protocol, Port);

    /// <summary>The protocol of a stored byte.</summary>
    public static byte ProtocolOf(byte stored) => (byte)(stored & ((1 << ClassShift) - 1));

    public int CompareTo(Endpoint other) =>
        Address.CompareTo(other.Address) is var a && a != 0 ? a :
        StoredProtocol.CompareTo(other.StoredProtocol) is var p && p != 0 ? p : Port.CompareTo(other.Port);
    public bool Equals(Endpoint other) => Address.Equals(other.Address) && StoredProtocol == other.StoredProtocol && Port == other.Port;
    public override bool Equals(object? obj) => obj is Endpoint other && Equals(other);
    public override int GetHashCode() => Address.GetHashCode() * 31 + (StoredProtocol << 16 | Port);
    public static bool operator ==(Endpoint left, Endpoint right) => left.Equals(right);
    public static bool operator !=(Endpoint left, Endpoint right) => !left.Equals(right);
    public override string ToString() => $"{Address} {Protocol}/{Port}{(Class == FlowClass.Client ? "" : $" {Class}")}";
}

/// <summary>A cell of an instance.</summary>
/// <param name="Hour">Since the epoch.</param>
/// <param name="Log">The flow log, <see cref="LogOrigin.Number"/>.</param>
public readonly record struct CellKey(Endpoint Endpoint, int Hour, int Log = 0) : IComparable<CellKey>
{
    public int CompareTo(CellKey other) => Endpoint.CompareTo(other.Endpoint) is var e && e != 0 ? e : Hour != other.Hour ? Hour.CompareTo(other.Hour) : Log.CompareTo(other.Log);
    public bool Equals(CellKey other) => Hour == other.Hour && Log == other.Log && Endpoint.Equals(other.Endpoint);
    public override int GetHashCode() => Endpoint.GetHashCode() * 31 + Hour;
}

/// <summary>What a fact is about and says.</summary>
public readonly record struct FactKey(InstanceAttribute Attribute, string Value) : IComparable<FactKey>
{
    public int CompareTo(FactKey other) => Attribute != other.Attribute ? ((byte)Attribute).CompareTo((byte)other.Attribute) : string.CompareOrdinal(Value, other.Value);
    public bool Equals(FactKey other) => Attribute == other.Attribute && string.Equals(Value, other.Value, StringComparison.Ordinal);
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal) * 31 + (byte)Attribute;
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
