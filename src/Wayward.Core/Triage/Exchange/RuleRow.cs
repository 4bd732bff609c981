using System.Globalization;
using System.Text.Json.Serialization;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;

namespace Wayward.Core.Triage.Exchange;

/// <summary>
/// A rule as a file of rules has it: text only, lists in ascending order, without number, author and date of creation. Two rules that do the same have the same row, whichever store they come from.
/// </summary>
public sealed record RuleRow
{
    // Set and not init: code that is generated for JSON gives to init members that a file leaves out null, and not what stands here.

    /// <summary><c>expected</c> or <c>forbid</c>.</summary>
    public string Action { get; set; } = "expected";
    /// <summary>Addresses, CIDR blocks, <c>operator:NAME</c> and <c>tier:LETTER</c>; empty = any target.</summary>
    public IReadOnlyList<string> Targets { get; set; } = [];
    /// <summary>Names of transports; empty = any.</summary>
    public IReadOnlyList<string> Transports { get; set; } = [];
    /// <summary>Empty = any.</summary>
    public IReadOnlyList<int> Ports { get; set; } = [];
    /// <summary><c>account:</c>, <c>vpc:</c>, <c>subnet:</c>, <c>group:</c>, <c>instance:</c>, <c>interface:</c> and <c>role:</c> with a value each; empty = everywhere.</summary>
    public IReadOnlyList<string> Scope { get; set; } = [];
    /// <summary>ISO 8601, UTC, whole hours; empty = all the past.</summary>
    public string From { get; set; } = "";
    /// <summary>Not included; empty = no end.</summary>
    public string To { get; set; } = "";
    public string Owner { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Ticket { get; set; } = "";

    /// <summary>What the rule does: everything but its end, owner, reason and ticket. Rules with one key are versions of each other.</summary>
    [JsonIgnore]
    public string Key => string.Join('\n', [Action, .. Targets, "|", .. Transports, "|", .. Ports.Select(p => p.ToString(CultureInfo.InvariantCulture)), "|", .. Scope, "|", From]);

    public static RuleRow Of(ExpectedTarget rule) => new()
    {
        Action = rule.Action == ExpectedAction.Forbid ? "forbid" : "expected",
        Targets = Sorted([.. rule.Prefixes.Select(p => p.ToString()), .. rule.Providers.Select(p => "operator:" + p), .. rule.Tiers.Select(t => "tier:" + CatalogTiers.Letter(t))]),
        Transports = Sorted([.. rule.Transports.Select(t => t.Name())]),
        Ports = [.. rule.Ports.Select(p => (int)p).Distinct().Order()],
        Scope = Sorted(
        [
            .. rule.Scope.Accounts.Select(v => "account:" + v), .. rule.Scope.Vpcs.Select(v => "vpc:" + v), .. rule.Scope.Subnets.Select(v => "subnet:" + v), .. rule.Scope.Cohorts.Select(v => "group:" + v),
            .. rule.Scope.Instances.Select(v => "instance:" + v), .. rule.Scope.Interfaces.Select(v => "interface:" + v), .. rule.Scope.Roles.Select(v => "role:" + v),
        ]),
        From = rule.ValidFrom is { } from ? UtcTime.Iso(from) : "",
        To = rule.ValidTo is { } to ? UtcTime.Iso(to) : "",
        Owner = rule.Owner,
        Reason = rule.Reason,
        Ticket = rule.Ticket,
    };

    /// <summary>The rule of this row.</summary>
    /// <param name="faults">What cannot be read, each a sentence.</param>
    public ExpectedTarget ToRule(out IReadOnlyList<string> faults)
    {
        List<string> wrong = [];
        List<IpPrefix> prefixes = [];
        List<string> providers = [];
        List<CatalogTier> tiers = [];
        List<DnsTransport> transports = [];
        List<ushort> ports = [];
        if (Action is not ("expected" or "forbid")) wrong.Add($"The action is '{Short(Action)}'; accepted: expected, forbid.");
        foreach (string target in Targets)
        {
            if (After(target, "operator:") is { } provider) providers.Add(provider);
            else if (After(target, "tier:") is { } letter)
            {
                if (CatalogTiers.TryParse(letter, out var tier)) tiers.Add(tier);
                else wrong.Add($"'{Short(letter)}' is not a tier.");
            }
            else if (IpPrefix.TryParse(target, out var prefix, out string? error)) prefixes.Add(prefix.IsSingle ? IpPrefix.Single(AddressSpace.Fold(prefix.Address)) : prefix);
            else wrong.Add(Short(error!) + ".");
        }
        foreach (string name in Transports)
        {
            if (DnsTransports.TryParse(name, out var transport)) transports.Add(transport);
            else wrong.Add($"'{Short(name)}' is not a transport.");
        }
        foreach (int port in Ports)
        {
            if (port is > 0 and <= ushort.MaxValue) ports.Add((ushort)port);
            else wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{port} is not a port."));
        }
        var scope = ReadScope(wrong);
        long? from = Hour(From, "from", wrong), to = Hour(To, "to", wrong);
        faults = wrong;
        return new()
        {
            Action = Action == "forbid" ? ExpectedAction.Forbid : ExpectedAction.Expected,
            Scope = scope,
            Prefixes = [.. prefixes.Distinct()],
            Providers = [.. providers.Distinct(StringComparer.Ordinal)],
            Tiers = [.. tiers.Distinct()],
            Transports = [.. transports.Distinct()],
            Ports = [.. ports.Distinct()],
            ValidFrom = from,
            ValidTo = to,
            Owner = Owner.Trim(),
            Reason = Reason.Trim(),
            Ticket = Ticket.Trim(),
        };
    }

    private ExpectedScope ReadScope(List<string> wrong)
    {
        var lists = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string kind in (string[])["account", "vpc", "subnet", "group", "instance", "interface", "role"]) lists.Add(kind, []);
        foreach (string entry in Scope)
        {
            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < entry.Length - 1 && lists.TryGetValue(entry[..colon], out var list))
            {
                if (!list.Contains(entry[(colon + 1)..])) list.Add(entry[(colon + 1)..]);
            }
            else wrong.Add($"'{Short(entry)}' is not a scope; write one such as {string.Join(", ", lists.Keys.Select(k => k + ":…"))}.");
        }
        return new()
        {
            Accounts = lists["account"], Vpcs = lists["vpc"], Subnets = lists["subnet"], Cohorts = lists["group"], Instances = lists["instance"], Interfaces = lists["interface"], Roles = lists["role"],
        };
    }

    private static long? Hour(string text, string what, List<string> wrong)
    {
        if (text.Length == 0) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && at.ToUnixTimeSeconds() is >= 0 and var seconds
            && seconds % UnixTime.HourSeconds == 0) return seconds;
        wrong.Add($"'{Short(text)}' is not a whole hour for '{what}', such as 2027-03-01T00:00:00Z.");
        return null;
    }

    private static string? After(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) && text.Length > start.Length ? text[start.Length..] : null;

    private static string Short(string text) => SafeText.Plain(text, 80);

    private static IReadOnlyList<string> Sorted(IEnumerable<string> values) => [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
