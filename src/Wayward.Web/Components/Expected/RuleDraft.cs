using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;

namespace Wayward.Web.Components.Expected;

/// <summary>A rule as typed; <see cref="Build"/> reads it strictly and names all faults at once.</summary>
internal sealed class RuleDraft
{
    public static readonly IReadOnlyList<string> ScopeKinds = ["instance", "interface", "cohort", "role", "subnet", "vpc", "account", "everywhere"];

    public bool Forbid { get; set; }
    /// <summary>A transport's name; empty = any.</summary>
    public string Transport { get; set; } = "";
    /// <summary>Addresses, CIDR blocks and operators, one a line.</summary>
    public string Targets { get; set; } = "";
    /// <summary>One more operator, chosen from the catalogue.</summary>
    public string? Operator { get; set; }
    /// <summary>One of <see cref="ScopeKinds"/>.</summary>
    public string ScopeKind { get; set; } = "instance";
    public string? ScopeIds { get; set; }
    /// <summary>The last day on which the rule acts, UTC; null where <see cref="NoEnd"/> is chosen or nothing yet.</summary>
    public DateOnly? LastDay { get; set; }
    public bool NoEnd { get; set; }
    public string Reason { get; set; } = "";
    public string Ticket { get; set; } = "";

    public static string ScopeWord(string? kind) => kind switch { "interface" => "network interface", "cohort" => "group (asg:name)", "vpc" => "VPC", _ => kind ?? "" };

    /// <summary>What is wrong with the lines of <see cref="Targets"/>, line by line; null when nothing is.</summary>
    public string? TargetsFault => Read(out _, out _) is { Count: > 0 } faults ? string.Join(" ", faults) : null;

    public string? ScopeFault => ScopeKind != "everywhere" && Ids.Length == 0 ? "Say for whom: give at least one id, or choose everywhere." : null;

    private string[] Ids => (ScopeIds ?? "").Split([' ', ',', ';', '\t'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private List<string> Read(out List<IpPrefix> prefixes, out List<string> providers)
    {
        List<string> faults = [];
        (prefixes, providers) = ([], []);
        foreach (string line in Targets.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IpPrefix.TryParse(line, out var prefix, out string? error)) prefixes.Add(prefix.IsSingle ? IpPrefix.Single(AddressSpace.Fold(prefix.Address)) : prefix);
            else if (line.Any(char.IsLetter) && !line.Contains(':', StringComparison.Ordinal) && !line.Contains('/', StringComparison.Ordinal)) providers.Add(line);
            else faults.Add(error + ".");
        }
        if (!string.IsNullOrWhiteSpace(Operator) && !providers.Contains(Operator.Trim(), StringComparer.Ordinal)) providers.Add(Operator.Trim());
        return faults;
    }

    public (ExpectedTarget? Rule, IReadOnlyList<string> Problems) Build()
    {
        var problems = Read(out var prefixes, out var providers);
        if (ScopeFault is { } scope) problems.Add(scope);
        if (LastDay is null && !NoEnd) problems.Add("Choose the last day, or no end.");
        var ids = Ids;
        var rule = new ExpectedTarget
        {
            Action = Forbid ? ExpectedAction.Forbid : ExpectedAction.Expected,
            Scope = ScopeKind switch
            {
                "instance" => new() { Instances = ids },
                "interface" => new() { Interfaces = ids },
                "cohort" => new() { Cohorts = ids },
                "role" => new() { Roles = ids },
                "subnet" => new() { Subnets = ids },
                "vpc" => new() { Vpcs = ids },
                "account" => new() { Accounts = ids },
                _ => ExpectedScope.Everywhere,
            },
            Prefixes = prefixes,
            Providers = providers,
            Transports = DnsTransports.TryParse(Transport, out var transport) ? [transport] : [],
            ValidTo = ExpectedDraft.End(LastDay),
            Reason = Reason.Trim(),
            Ticket = Ticket.Trim(),
        };
        problems.AddRange(ExpectedRules.Faults(rule));
        return problems.Count == 0 ? (rule, problems) : (null, problems);
    }
}
