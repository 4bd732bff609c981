using System.Security.Cryptography;
using System.Text;

namespace Wayward.Web.Demo;

/// <summary>A subnet with the flow log that watches its account.</summary>
/// <param name="Subnet">Short name, from which the ids are made.</param>
/// <param name="Net">First three octets for IPv4, or the /64 for IPv6, as text that a host part can be appended to.</param>
internal sealed record DemoNetwork(string AccountId, string Region, string Vpc, string Subnet, string Net)
{
    public string VpcId { get; } = "vpc-0" + DemoIds.Hex(Vpc, 16);
    public string SubnetId { get; } = "subnet-0" + DemoIds.Hex(Vpc + "/" + Subnet, 16);
    public string FlowLogId { get; } = "fl-0" + DemoIds.Hex(AccountId, 16);
    public bool IsIPv6 => Net.Contains(':', StringComparison.Ordinal);
}

/// <summary>A machine of the demo, or an interface that AWS manages (then <see cref="InstanceId"/> is null).</summary>
internal sealed record DemoMachine
{
    public required string Name { get; init; }
    public required DemoNetwork Network { get; init; }
    /// <summary>Host part of the address.</summary>
    public required int Host { get; init; }
    /// <summary>Auto Scaling group, the <c>asg-tag</c> column.</summary>
    public string? Group { get; init; }
    /// <summary>The <c>interface-type</c> of an interface that AWS manages, such as <c>nat_gateway</c>.</summary>
    public string? ManagedType { get; init; }
    /// <summary>Launch and termination, Unix seconds.</summary>
    public long Born { get; init; } = DemoTime.Start;
    public long Gone { get; init; } = DemoTime.End;
    public required IReadOnlyList<DemoHabit> Habits { get; init; }

    public string? InstanceId => ManagedType is null ? DemoIds.Instance(Name) : null;
    public string InterfaceId => "eni-0" + DemoIds.Hex("eni/" + Name, 16);
    public string Address => Network.IsIPv6 ? $"{Network.Net}{Host:x}" : $"{Network.Net}{Host}";
}

internal static class DemoIds
{
    public static string Instance(string name) => "i-0" + Hex("instance/" + name, 16);

    public static string Hex(string name, int digits) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("wayward demo/" + name)))[..digits];
}
