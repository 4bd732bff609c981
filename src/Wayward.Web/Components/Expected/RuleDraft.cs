using System.Globalization;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;

namespace Wayward.Web.Components.Expected;

/// <summary>A rule as typed; <see cref="Build"/> reads it strictly and names all faults at once.</summary>
internal sealed class RuleDraft
{
    public bool Forbid { get; set; }
    /// <summary>A transport's name; empty = any.</summary>
    public string Transport { get; set; } = "";
    /// <summary>Addresses, CIDR blocks and operators, one a line.</summary>
    public string Targets { get; set; } = "";
    public string ScopeKind { get; set; } = "instance";
    public string ScopeIds { get; set; } = "";
    /// <summary><c>yyyy-MM-dd</c>, UTC, inclusive; empty = no end.</summary>
    public string LastDay { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Ticket { get; set; } = "";

    public (ExpectedTarget? Rule, IReadOnlyList<string> Problems) Build()
    {
        List<string> problems = [];
        List<IpPrefix> prefixes = [];
        List<string> providers = [];
        foreach (string line in Targets.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IpPrefix.TryParse(line, out var prefix, out string? error)) prefixes.Add(prefix.IsSingle ? IpPrefix.Single(AddressSpace.Fold(prefix.Address)) : prefix);
            else if (line.Any(char.IsLetter) && !line.Contains(':', StringComparison.Ordinal) && !line.Contains('/', StringComparison.Ordinal)) providers.Add(line);
            else problems.Add(error + ".");
        }
        string[] ids = ScopeIds.Split([' ', ',', ';', '\t'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (ScopeKind != "everywhere" && ids.Length == 0) problems.Add("Say for whom: give at least one id, or choose everywhere.");
        long? to = null;
        if (LastDay.Length > 0)
        {
            if (DateOnly.TryParseExact(LastDay, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) to = new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds();
            else problems.Add("The last day must be a date.");
        }
        var rule = new ExpectedTarget
        {
            Action = Forbid ? ExpectedAction.Forbid : ExpectedAction.Expected,
            Scope = ScopeKind switch
            {
                "instance" => new() { Instances = ids },
                "cohort" => new() { Cohorts = ids },
                "subnet" => new() { Subnets = ids },
                "vpc" => new() { Vpcs = ids },
                "account" => new() { Accounts = ids },
                "interface" => new() { Interfaces = ids },
                "role" => new() { Roles = ids },
                _ => ExpectedScope.Everywhere,
            },
            Prefixes = prefixes,
            Providers = providers,
            Transports = DnsTransports.TryParse(Transport, out var transport) ? [transport] : [],
            ValidTo = to,
            Reason = Reason.Trim(),
            Ticket = Ticket.Trim(),
        };
        problems.AddRange(ExpectedRules.Faults(rule));
        return problems.Count == 0 ? (rule, problems) : (null, problems);
    }
}
