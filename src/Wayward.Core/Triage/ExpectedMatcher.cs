using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Triage;

/// <summary>
/// Matches rules against contacts. An address matches in its folded form, so 8.8.8.8 also covers <c>64:ff9b::808:808</c>.
/// </summary>
public sealed class ExpectedMatcher(IReadOnlyList<ExpectedTarget> rules)
{
    private (InstanceHistory History, Roles Roles)? _last;
    private (InstanceHistory History, SpokeFirst First)? _lastFirst;

    /// <summary>How roles are told from a history; without it only the inventory's are known.</summary>
    internal Func<InstanceHistory, Roles>? RoleReader { get; init; }
    internal PatternOptions Patterns { get; init; } = new();

    /// <summary>
    /// The endpoints that a change of rules may make look different: those that a rule of only one of the two sets is about, in whatever scope.
    /// </summary>
    public static Func<Endpoint, bool> Differing(IReadOnlyList<ExpectedTarget> before, IReadOnlyList<ExpectedTarget> now, ResolverCatalog catalog)
    {
        var old = before.Where(r => r.DeletedAt is null).ToDictionary(r => r.Id);
        var differing = now.Where(r => r.DeletedAt is null && !old.Remove(r.Id)).Concat(old.Values).ToList();
        return endpoint =>
        {
            if (differing.Count == 0 || catalog.Classify(endpoint.Address, endpoint.Protocol, endpoint.Port) is not { } transport) return false;
            var entry = TargetNames.Entry(catalog, endpoint, transport);
            return differing.Exists(r => MatchesTarget(r, endpoint.Address, endpoint.Port, transport, entry?.Provider, entry?.Tier ?? CatalogTier.None));
        };
    }

    /// <summary>Tells which of an instance's records are unclear, kept for the next question about the same history.</summary>
    internal SpokeFirst SpokeFirstOf(InstanceHistory history, Parameters parameters)
    {
        if (_lastFirst is { } last && ReferenceEquals(last.History, history)) return last.First;
        var first = new SpokeFirst(history, RolesOf(history), Patterns, parameters);
        _lastFirst = (history, first);
        return first;
    }

    /// <summary>The roles of an instance, kept for the next question about the same history.</summary>
    internal Roles RolesOf(InstanceHistory history)
    {
        if (_last is { } last && ReferenceEquals(last.History, history)) return last.Roles;
        var roles = RoleReader?.Invoke(history) ?? Roles.None;
        _last = (history, roles);
        return roles;
    }

    /// <summary>Rules in force (not deleted), ascending id.</summary>
    public IReadOnlyList<ExpectedTarget> Rules { get; } = [.. rules.Where(r => r.DeletedAt is null).OrderBy(r => r.Id)];

    /// <summary>Does it matter which interface was an instance's own at a time?</summary>
    internal bool AsksInterfaces => Rules.Any(r => r.Scope.Interfaces.Count > 0);

    /// <summary>The rule that decides for this contact at this hour: the smallest-numbered matching forbid, else the smallest-numbered matching expected, else null.</summary>
    public ExpectedTarget? Decide(in ContactFacts contact) => Decide(Rules, contact);

    /// <summary>
    /// A decision per cell for one pair; null when no rule can match its target. Rules are narrowed to the target once, so that a fleet's cells do not meet every rule.
    /// </summary>
    internal Func<ContactHour, ExpectedTarget?>? For(InstanceHistory history, Endpoint endpoint, DnsTransport transport, CatalogEntry? entry)
    {
        List<ExpectedTarget>? candidates = null;
        foreach (var rule in Rules)
        {
            if (MatchesTarget(rule, endpoint.Address, endpoint.Port, transport, entry?.Provider, entry?.Tier ?? CatalogTier.None)) (candidates ??= []).Add(rule);
        }
        if (candidates is null) return null;
        bool asksRoles = candidates.Exists(r => r.Scope.Roles.Count > 0);
        return cell => Decide(candidates, ContactFacts.Of(history, endpoint, transport, entry, cell.Hour, asksRoles ? RolesOf(history).At(cell.Hour * UnixTime.HourSeconds, Patterns) : null));
    }

    internal static bool Matches(ExpectedTarget rule, in ContactFacts contact) =>
        Covers(rule, contact.Time) && MatchesTarget(rule, contact.Address, contact.Port, contact.Transport, contact.Provider, contact.Tier) && MatchesScope(rule.Scope, contact);

    /// <summary>Half-open, in event time.</summary>
    internal static bool Covers(ExpectedTarget rule, long time) => time >= (rule.ValidFrom ?? long.MinValue) && time < (rule.ValidTo ?? long.MaxValue);

    internal static bool MatchesTarget(ExpectedTarget rule, FlowLogs.IpAddress address, ushort port, DnsTransport transport, string? provider, CatalogTier tier)
    {
        if (rule.Transports.Count > 0 && !rule.Transports.Contains(transport)) return false;
        if (rule.Ports.Count > 0 && !rule.Ports.Contains(port)) return false;
        if (rule.Prefixes.Count + rule.Providers.Count + rule.Tiers.Count == 0) return true;
        foreach (var prefix in rule.Prefixes)
            if (prefix.Contains(address) || AddressSpace.Fold(prefix.Address) is var folded && folded != prefix.Address && prefix.Bits >= 96 && new IpPrefix(folded, prefix.Bits).Contains(address)) return true;
        return (provider is not null && rule.Providers.Contains(provider, StringComparer.Ordinal)) || (tier != CatalogTier.None && rule.Tiers.Contains(tier));
    }

    internal static bool MatchesScope(ExpectedScope scope, in ContactFacts contact) =>
        Any(scope.Accounts, contact.AccountId) && Any(scope.Vpcs, contact.VpcId) && Any(scope.Subnets, contact.SubnetId) && Any(scope.Cohorts, contact.Cohort)
        && Any(scope.Instances, contact.Instance.Id) && Any(scope.Interfaces, contact.InterfaceId ?? contact.Instance.Id) && Any(scope.Roles, contact.Role);

    private static ExpectedTarget? Decide(IReadOnlyList<ExpectedTarget> rules, in ContactFacts contact)
    {
        ExpectedTarget? expected = null;
        foreach (var rule in rules)
        {
            if (expected is not null && rule.Action == ExpectedAction.Expected) continue;
            if (!Matches(rule, contact)) continue;
            if (rule.Action == ExpectedAction.Forbid) return rule;
            expected = rule;
        }
        return expected;
    }

    private static bool Any(IReadOnlyList<string> values, string? value) => values.Count == 0 || (value is not null && values.Contains(value, StringComparer.Ordinal));
}
