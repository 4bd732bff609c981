using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Triage;

/// <summary>What is doubtful about a rule, in sentences for the analyst. Never an error: the analyst decides.</summary>
public static class ExpectedLint
{
    private const int WidestV4 = 16, WidestV6 = 32;

    /// <param name="rule">The rule looked at.</param>
    /// <param name="others">All other rules; the rule itself and deleted ones are left out.</param>
    /// <param name="now">The present in event time, Unix seconds.</param>
    /// <param name="lastMatched">Last contact that the rule covered; null when it is not known, 0 when there was none.</param>
    public static IReadOnlyList<string> Check(ExpectedTarget rule, IReadOnlyList<ExpectedTarget> others, ResolverCatalog catalog, long now, long? lastMatched = null)
    {
        var warnings = new List<string>();
        bool anyTarget = rule.Prefixes.Count + rule.Providers.Count + rule.Tiers.Count == 0;
        if (anyTarget && rule.Scope.IsEverywhere && rule.Transports.Count == 0)
            warnings.Add("Any instance, any target, any transport: this rule silences everything it is valid for.");
        else if (anyTarget)
            warnings.Add("Any target: the rule names no address, provider or tier.");
        foreach (var prefix in rule.Prefixes)
        {
            bool wide = prefix.Address.IsIPv4 ? prefix.Length < WidestV4 : prefix.Length < WidestV6;
            if (wide) warnings.Add($"{prefix} is wider than /{(prefix.Address.IsIPv4 ? WidestV4 : WidestV6)}.");
            if (catalog.FindContext(prefix.Address) is { } shared && shared.Prefix.Bits <= prefix.Bits)
                warnings.Add($"{prefix} lies in {shared.Prefix} of {shared.Provider}: the rule also covers every other service behind these addresses.");
        }
        if (rule.ValidTo is null && rule.Action == ExpectedAction.Expected) warnings.Add("No expiry: the rule holds until it is withdrawn.");
        if (rule.ValidTo is { } end && end <= now) warnings.Add("Expired: the rule covers only the past.");
        if (rule.ValidFrom is { } from && rule.ValidTo is { } to && to <= from) warnings.Add("Never valid: it ends before it begins.");
        if (lastMatched is { } last && now - last >= 90 * UnixTime.DaySeconds) warnings.Add("Unmatched for 90 days.");
        foreach (var other in others)
        {
            if (other.DeletedAt is not null || (other.Id == rule.Id && rule.Id != 0)) continue;
            if (Includes(other, rule) && (other.Action == rule.Action || other.Action == ExpectedAction.Forbid))
                warnings.Add(other.Action == rule.Action ? $"Shadowed: rule {other.Id} covers all of it already." : $"Without effect: rule {other.Id} forbids all of it, and forbid wins.");
        }
        return warnings;
    }

    /// <summary>Does the wider rule match whatever the narrower one matches?</summary>
    private static bool Includes(ExpectedTarget wider, ExpectedTarget narrower) =>
        (wider.ValidFrom ?? long.MinValue) <= (narrower.ValidFrom ?? long.MinValue) && (wider.ValidTo ?? long.MaxValue) >= (narrower.ValidTo ?? long.MaxValue)
        && IncludesAll(wider.Transports, narrower.Transports) && IncludesAll(wider.Ports, narrower.Ports)
        && IncludesAll(wider.Scope.Accounts, narrower.Scope.Accounts) && IncludesAll(wider.Scope.Vpcs, narrower.Scope.Vpcs) && IncludesAll(wider.Scope.Subnets, narrower.Scope.Subnets)
        && IncludesAll(wider.Scope.Cohorts, narrower.Scope.Cohorts) && IncludesAll(wider.Scope.Instances, narrower.Scope.Instances)
        && IncludesAll(wider.Scope.Interfaces, narrower.Scope.Interfaces) && IncludesAll(wider.Scope.Roles, narrower.Scope.Roles)
        && IncludesTarget(wider, narrower);

    private static bool IncludesTarget(ExpectedTarget wider, ExpectedTarget narrower)
    {
        if (wider.Prefixes.Count + wider.Providers.Count + wider.Tiers.Count == 0) return true;
        if (narrower.Prefixes.Count + narrower.Providers.Count + narrower.Tiers.Count == 0) return false;
        return narrower.Prefixes.All(n => wider.Prefixes.Any(w => w.Bits <= n.Bits && w.Contains(n.Address)))
            && narrower.Providers.All(wider.Providers.Contains) && narrower.Tiers.All(wider.Tiers.Contains);
    }

    private static bool IncludesAll<T>(IReadOnlyList<T> wider, IReadOnlyList<T> narrower) => wider.Count == 0 || (narrower.Count > 0 && narrower.All(wider.Contains));
}
