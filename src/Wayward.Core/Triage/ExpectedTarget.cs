using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Triage;

/// <summary>What a rule does with what it matches. Values are stored; do not renumber.</summary>
public enum ExpectedAction : byte { Expected = 1, Forbid = 2 }

/// <summary>Which instances a rule is about: AND across fields, OR inside a list, empty = any.</summary>
public sealed record ExpectedScope
{
    public static readonly ExpectedScope Everywhere = new();
    public IReadOnlyList<string> Accounts { get; init; } = [];
    public IReadOnlyList<string> Vpcs { get; init; } = [];
    public IReadOnlyList<string> Subnets { get; init; } = [];
    /// <summary>Cohorts as subjects: <c>asg:web</c>.</summary>
    public IReadOnlyList<string> Cohorts { get; init; } = [];
    public IReadOnlyList<string> Instances { get; init; } = [];
    public IReadOnlyList<string> Interfaces { get; init; } = [];
    public IReadOnlyList<string> Roles { get; init; } = [];
    public bool IsEverywhere => Accounts.Count + Vpcs.Count + Subnets.Count + Cohorts.Count + Instances.Count + Interfaces.Count + Roles.Count == 0;
}

/// <summary>
/// An expected (or forbidden) target: the allowlist. Any matching forbid wins, else any matching expected covers; the order of rules never matters.
/// </summary>
public sealed record ExpectedTarget
{
    /// <summary>Database id; 0 before it is stored.</summary>
    public int Id { get; init; }
    public required ExpectedAction Action { get; init; }
    public ExpectedScope Scope { get; init; } = ExpectedScope.Everywhere;
    /// <summary>Folded prefixes; OR-ed with <see cref="Providers"/> and <see cref="Tiers"/>; all three empty = any target.</summary>
    public IReadOnlyList<IpPrefix> Prefixes { get; init; } = [];
    public IReadOnlyList<string> Providers { get; init; } = [];
    public IReadOnlyList<CatalogTier> Tiers { get; init; } = [];
    public IReadOnlyList<DnsTransport> Transports { get; init; } = [];
    public IReadOnlyList<ushort> Ports { get; init; } = [];
    /// <summary>Unix seconds, whole UTC hours, half-open; null = acts on all the past.</summary>
    public long? ValidFrom { get; init; }
    /// <summary>Null = open.</summary>
    public long? ValidTo { get; init; }
    public string Owner { get; init; } = "";
    public required string Reason { get; init; }
    public string Ticket { get; init; } = "";
    public long CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";
    /// <summary>Set when the rule was withdrawn (undo or delete): it no longer acts, but its number stays taken.</summary>
    public long? DeletedAt { get; init; }
}

/// <summary>What rules can match on. <see cref="Time"/> is the UTC hour's first second.</summary>
public readonly record struct ContactFacts(
    InstanceKey Instance, string? AccountId, string? VpcId, string? SubnetId, string? Cohort, string? InterfaceId, string? Role,
    IpAddress Address, ushort Port, DnsTransport Transport, string? Provider, CatalogTier Tier, long Time)
{
    /// <summary>The facts of a contact; whoever asks rules about contacts makes them here.</summary>
    /// <param name="of">Whose facts are read; nothing else of the history is.</param>
    /// <param name="entry">What names the endpoint (<see cref="TargetNames.Entry"/>); null = uncatalogued.</param>
    /// <param name="hour">Hours since the epoch.</param>
    /// <param name="role">The role that the records prove; the inventory's goes before it.</param>
    internal static ContactFacts Of(InstanceHistory of, Endpoint endpoint, DnsTransport transport, CatalogEntry? entry, int hour, string? role)
    {
        long at = hour * UnixTime.HourSeconds;
        return new(
            of.Key, of.Fact(InstanceAttribute.Account, at), of.Fact(InstanceAttribute.Vpc, at), of.Fact(InstanceAttribute.Subnet, at), Cohorts.Of(of, at), of.Fact(InstanceAttribute.Interface, at),
            of.Fact(InstanceAttribute.Role, at) ?? role, endpoint.Address, endpoint.Port, transport, entry?.Provider, entry?.Tier ?? CatalogTier.None, at);
    }
}

/// <summary>Both sides of a rule before it is saved.</summary>
/// <param name="Closes">Ids of open findings that it would close.</param>
/// <param name="PartlyCovered">Ids of findings that stay open but lose addresses or members.</param>
/// <param name="Instances">Instances that the closed findings concern.</param>
/// <param name="UnaskedContacts">Contacts within H that the rule covers but no finding asked about: what one would miss.</param>
/// <param name="Narrowest">The narrowest scope that still covers the finding it was made from.</param>
/// <param name="Warnings">Lint: any/any/any, too wide, no expiry, shared address, …</param>
public sealed record ExpectedPreview(
    IReadOnlyList<string> Closes, IReadOnlyList<string> PartlyCovered, IReadOnlyList<InstanceKey> Instances,
    IReadOnlyList<UnaskedContact> UnaskedContacts, int UnaskedCount, ExpectedScope? Narrowest, IReadOnlyList<string> Warnings);

public sealed record UnaskedContact(InstanceKey Instance, IpAddress Address, DnsTransport Transport, string? Provider, long First, long Last);
