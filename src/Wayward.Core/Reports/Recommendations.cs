using System.Globalization;
using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;

namespace Wayward.Core.Reports;

/// <summary>The steps of a response, in the order in which they are taken.</summary>
public enum RecommendedStep : byte { Contain = 1, Verify = 2, Ask = 3, Fix = 4, Close = 5 }

/// <param name="Text">A sentence or two; a word in braces is filled in from the finding, see <see cref="Recommendations.Placeholders"/>.</param>
public sealed record Recommendation(RecommendedStep Step, string Text);

/// <summary>A text names a placeholder that does not exist.</summary>
public sealed class UnknownPlaceholderException(string name, int position)
    : FormatException(string.Create(CultureInfo.InvariantCulture, $"unknown placeholder {{{name}}} at character {position}; known are {string.Join(", ", Recommendations.Placeholders.Keys.Select(k => $"{{{k}}}"))}"));

/// <summary>The texts that are shipped, and how placeholders are filled in.</summary>
public static class Recommendations
{
    /// <summary>By name, without braces.</summary>
    public static IReadOnlyDictionary<string, Func<Finding, string>> Placeholders { get; } = new OrderedDictionary<string, Func<Finding, string>>
    {
        ["subject"] = f => f.InstanceName is { } name ? $"{name} ({f.Subject.Id})" : f.Subject.Id,
        ["instances"] = f => Wording.List([.. f.Members.Select(m => m.Id)], 5),
        ["target"] = f => FindingText.Target(f) is var (op, address) && op == address ? address : $"{FindingText.Target(f).Operator} ({FindingText.Target(f).Address})",
        ["addresses"] = f => f.Addresses.Count == 0 ? "no address" : Wording.List([.. f.Addresses.Select(a => a.Address).Distinct().Select(a => a.ToString())], 5),
        ["ports"] = f => f.Addresses.Count == 0 ? "port 53" : string.Join(" and ", f.Addresses.Select(a => (a.Protocol, a.Port)).Distinct().Order().Select(p => string.Create(CultureInfo.InvariantCulture, $"{(p.Protocol == 6 ? "TCP" : "UDP")} {p.Port}"))),
        ["transport"] = f => f.Transport.Name(),
        ["first"] = f => UtcTime.Words(f.First),
        ["last"] = f => UtcTime.Words(f.Last),
        ["account"] = f => f.AccountId ?? "the account",
        ["region"] = f => f.Region ?? "its Region",
        ["group"] = f => f.Novelty.Cohort ?? f.Asg ?? "its group",
    };

    private static readonly Recommendation Ask = new(RecommendedStep.Ask, "Ask the owner of {subject} in account {account} whether a change at {first} explains {transport} to {target}.");
    private static readonly Recommendation Fix = new(RecommendedStep.Fix, "Point the resolver settings back to the VPC resolver (the .2 address) and allow outbound DNS only from there: DNS Firewall, a network ACL or a security group rule for port 53, 853 and the known DoH addresses.");
    private static readonly Recommendation Close = new(RecommendedStep.Close, "When the contact is wanted, mark {target} as expected with a reason and an end. Otherwise close the finding with what was found.");

    /// <summary>A first contact.</summary>
    public static IReadOnlyList<Recommendation> Contact { get; } =
    [
        new(RecommendedStep.Contain, "Until the cause is known, block {addresses} on {ports} for {subject} in its security group or network ACL. Isolate the instance if anything else speaks against it."),
        new(RecommendedStep.Verify, "On {subject}, find the process that talks to {addresses} (ss -tunp, or the endpoint agent) and compare /etc/resolv.conf, systemd-resolved and the DHCP options with an earlier image."),
        Ask, Fix, Close,
    ];

    /// <summary>Volume that looks like data in DNS.</summary>
    public static IReadOnlyList<Recommendation> Tunnel { get; } =
    [
        new(RecommendedStep.Contain, "Isolate {subject} and block {addresses} on {ports}: the volume looks like data carried in DNS."),
        new(RecommendedStep.Verify, "Take an image of memory and disk before the instance is stopped. Look for tunnel programs such as iodine, dnscat2 or a DoH proxy, and for what was read from disks and buckets since {first}."),
        Ask,
        new(RecommendedStep.Fix, "Rebuild {subject} from a known image, rotate the credentials of its instance role, and turn on DNS Firewall with the rules for tunnelling."),
        Close,
    ];

    /// <summary>A block that was gone around.</summary>
    public static IReadOnlyList<Recommendation> Evasion { get; } =
    [
        new(RecommendedStep.Contain, "Isolate {subject}: something on it went around a block at {first}. Block {addresses} on {ports} for the whole VPC."),
        new(RecommendedStep.Verify, "Find the process on {subject} that switched to {transport}. Software with a built-in fallback does this too; a program nobody installed is an incident."),
        Ask, Fix, Close,
    ];

    /// <summary>Many resolvers.</summary>
    public static IReadOnlyList<Recommendation> Many { get; } =
    [
        new(RecommendedStep.Contain, "Allow {subject} DNS to the VPC resolver only, until the cause is known."),
        new(RecommendedStep.Verify, "On {subject}, find the process that asks {addresses}. A scanner, a resolver or a DNS test that iterates by itself explains it; a program that changes resolvers to escape notice does not."),
        Ask, Fix, Close,
    ];

    /// <summary>An instance that answers others.</summary>
    public static IReadOnlyList<Recommendation> Server { get; } =
    [
        new(RecommendedStep.Contain, "Close port 53 towards {subject} in its security group, unless it was built to be a resolver."),
        new(RecommendedStep.Verify, "On {subject}, find what listens on port 53 (ss -lunp) and which clients were pointed to it, for example by DHCP options or an edited resolv.conf."),
        new(RecommendedStep.Ask, "Ask the owner of {subject} in account {account} whether it became a resolver at {first} on purpose."),
        new(RecommendedStep.Fix, "Point the clients back to the VPC resolver and remove the DNS server."),
        new(RecommendedStep.Close, "When the resolver is wanted, note its owner here and close the finding as a benign positive."),
    ];

    /// <summary>Many instances at once.</summary>
    public static IReadOnlyList<Recommendation> Fleet { get; } =
    [
        new(RecommendedStep.Contain, "Compare with the deployments of {first} before anything is blocked: many instances changed together, so a block may stop the service."),
        new(RecommendedStep.Verify, "Take one instance of {instances} and find what changed: image, launch template, configuration management, DHCP options."),
        Ask, Fix, Close,
    ];

    /// <summary>The recommendations of a finding, filled in.</summary>
    public static IReadOnlyList<Recommendation> For(Finding finding) => [.. finding.Type.Recommendations.Select(r => r with { Text = Fill(r.Text, finding) })];

    /// <summary>Fills in the placeholders. <c>{{</c> and <c>}}</c> stand for braces.</summary>
    /// <exception cref="UnknownPlaceholderException"/>
    public static string Fill(string template, Finding finding)
    {
        var text = new StringBuilder(template.Length + 64);
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            if (c is '{' or '}' && i + 1 < template.Length && template[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else if (c == '{' && template.IndexOf('}', i) is var end and > 0)
            {
                string name = template[(i + 1)..end];
                text.Append(Placeholders.TryGetValue(name, out var value) ? value(finding) : throw new UnknownPlaceholderException(name, i + 1));
                i = end;
            }
            else text.Append(c);
        }
        return text.ToString();
    }
}
