using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Triage;

/// <summary>What a rule must be to be saved, and ready-made ones for a finding.</summary>
public static class ExpectedRules
{
    public const int MaxText = 2_000;
    private const int MaxList = 1_000;

    /// <summary>All faults at once, each a sentence for the analyst; empty = well-formed.</summary>
    public static IReadOnlyList<string> Faults(ExpectedTarget rule)
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(rule.Reason)) faults.Add("Say why this target is expected: a reason is required.");
        Text("The reason", rule.Reason);
        Text("The owner", rule.Owner);
        Text("The ticket", rule.Ticket);
        if (!Enum.IsDefined(rule.Action)) faults.Add("The action must be expected or forbid.");
        bool anyTarget = rule.Prefixes.Count + rule.Providers.Count + rule.Tiers.Count == 0;
        if (anyTarget && rule.Scope.IsEverywhere && rule.Transports.Count + rule.Ports.Count == 0)
            faults.Add("A rule for any target, everywhere, would switch detection off: name a target or a scope.");
        foreach (var prefix in rule.Prefixes)
            if (AddressSpace.Fold(prefix.Address) != prefix.Address && prefix.IsSingle) faults.Add($"{prefix} is a NAT64 form; give {AddressSpace.Fold(prefix.Address)}.");
        foreach (var transport in rule.Transports)
            if (!Enum.IsDefined(transport)) faults.Add($"{(int)transport} is not a kind of contact.");
        foreach (var tier in rule.Tiers)
            if (!Enum.IsDefined(tier) || tier == CatalogTier.None) faults.Add($"{(int)tier} is not a tier.");
        if (rule.Ports.Contains((ushort)0)) faults.Add("Port 0 is not a port.");
        Hour("from", rule.ValidFrom);
        Hour("to", rule.ValidTo);
        if (rule.ValidFrom is { } from && rule.ValidTo is { } to && from >= to) faults.Add("The rule ends before it begins.");
        Lists(rule.Providers, "provider");
        foreach (var (list, what) in Scopes(rule.Scope)) Lists(list, what);
        foreach (string cohort in rule.Scope.Cohorts)
            if (!cohort.Contains(':', StringComparison.Ordinal)) faults.Add($"'{cohort}' is not a group; write kind and name, such as asg:web.");
        foreach (string id in rule.Scope.Instances)
            if (!id.StartsWith("i-", StringComparison.Ordinal) && !id.StartsWith("eni-", StringComparison.Ordinal)) faults.Add($"'{id}' is not an instance or interface id (i-… or eni-…).");
        if (rule.Prefixes.Count > MaxList) faults.Add($"At most {MaxList.ToString(CultureInfo.InvariantCulture)} addresses in one rule.");
        return faults;

        void Text(string what, string text)
        {
            if (text.Length > MaxText) faults.Add($"{what} is longer than {MaxText.ToString(CultureInfo.InvariantCulture)} characters.");
        }

        void Hour(string what, long? at)
        {
            if (at is { } value && (value < 0 || value % UnixTime.HourSeconds != 0)) faults.Add($"Valid-{what} must be a whole hour, UTC.");
        }

        void Lists(IReadOnlyList<string> list, string what)
        {
            if (list.Count > MaxList) faults.Add($"At most {MaxList.ToString(CultureInfo.InvariantCulture)} entries for {what} in one rule.");
            if (list.Any(string.IsNullOrWhiteSpace)) faults.Add($"An entry for {what} is empty.");
            if (list.Any(v => v.Length > MaxText)) faults.Add($"An entry for {what} is too long.");
        }
    }

    /// <summary>Narrowest scope first: exactly the subject, its cohort, its subnet, VPC, account, everywhere. All for the finding's addresses and kind of contact.</summary>
    public static IReadOnlyList<ExpectedProposal> Propose(Finding finding)
    {
        List<ExpectedProposal> proposals = [];
        if (finding.Members.Count > 0)
        {
            string[] members = [.. finding.Members.Select(m => m.Id)];
            string label = members.Length == 1 ? $"Only this instance ({finding.InstanceName ?? members[0]})" : string.Create(CultureInfo.InvariantCulture, $"Only these {members.Length} instances");
            Add(label, "instance", new ExpectedScope { Instances = members });
        }
        string? cohort = finding.Subject.Kind == SubjectKind.Cohort ? finding.Subject.Id : finding.Novelty.Cohort ?? (finding.Asg is { } asg ? "asg:" + asg : null);
        if (cohort is not null && !cohort.StartsWith("subnet:", StringComparison.Ordinal)) Add($"Everything in {cohort}", "cohort", new ExpectedScope { Cohorts = [cohort] });
        if (finding.SubnetId is { } subnet) Add($"Everything in {subnet}", "subnet", new ExpectedScope { Subnets = [subnet] });
        if (finding.VpcId is { } vpc) Add($"Everything in {vpc}", "vpc", new ExpectedScope { Vpcs = [vpc] });
        if (finding.AccountId is { } account) Add($"Everything in account {account}", "account", new ExpectedScope { Accounts = [account] });
        Add("Everywhere", "everywhere", ExpectedScope.Everywhere);
        return proposals;

        void Add(string label, string kind, ExpectedScope scope) => proposals.Add(new ExpectedProposal(label, kind, new ExpectedTarget
        {
            Action = ExpectedAction.Expected,
            Scope = scope,
            Prefixes = [.. finding.Addresses.Select(a => IpPrefix.Single(a.Address)).Distinct().OrderBy(p => p.Address)],
            Transports = [finding.Transport],
            Reason = "",
        }));
    }

    private static IEnumerable<(IReadOnlyList<string> List, string What)> Scopes(ExpectedScope scope) =>
    [
        (scope.Accounts, "account"), (scope.Vpcs, "VPC"), (scope.Subnets, "subnet"), (scope.Cohorts, "group"),
        (scope.Instances, "instance"), (scope.Interfaces, "interface"), (scope.Roles, "role"),
    ];
}

/// <param name="Label">Such as "Only this instance (i-0abc…)", "Everything in subnet-…".</param>
/// <param name="ScopeKind"><c>instance</c>, <c>subnet</c>, <c>vpc</c>, <c>account</c>, <c>cohort</c> or <c>everywhere</c>.</param>
public sealed record ExpectedProposal(string Label, string ScopeKind, ExpectedTarget Rule);
