using System.Globalization;
using System.Text;

namespace Wayward.Testing;

/// <summary>
/// Names that an attacker, or an accident, may put where the program shows text: account, interface, instance, VPC, subnet, Region, tags, comments.
/// Each is a trap for one kind of reader: browser, terminal, spreadsheet, JSON, path, layout.
/// </summary>
public static class HostileNames
{
    /// <summary>What a script in a page would set if one of these names ever ran.</summary>
    public const string Canary = "waywardCanary";

    /// <summary>By what each would break. None holds a blank, so that each fits a field of a flow log as it is.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["script tag"] = $"<script>window.{Canary}=1</script>",
        ["closed attribute"] = $"\"><img/src=x/onerror=window.{Canary}=2>",
        ["single-quoted attribute"] = $"'onmouseover=window.{Canary}=3//",
        ["svg"] = $"<svg/onload=window.{Canary}=4>",
        ["script URL"] = $"javascript:window.{Canary}=5",
        ["template"] = "{{constructor.constructor('return/**/1')()}}${7*7}",
        ["entity"] = "&lt;script&gt;&#x3c;b&#x3e;&nbsp;&amp;",
        ["closing comment and style"] = "--></style></title></textarea><b>",
        ["bidi override"] = "\u202Egpj.exe\u202C\u2066admin\u2069",
        ["zero width"] = "ad\u200Bmi\u200Dn\uFEFF",
        ["combining storm"] = "Z" + string.Concat(Enumerable.Repeat("\u0301\u0327\u0338", 40)),
        ["emoji and surrogate pairs"] = "\U0001F469\u200D\U0001F4BB\U0001F1E9\U0001F1EA\U00020000",
        ["terminal colours"] = "\u001b[2J\u001b[31mred\u0007",
        ["terminal markup"] = "[red]x[/][link=http://x]y[/]",
        ["spreadsheet formula"] = "=HYPERLINK(\"http://x\",\"y\")",
        ["spreadsheet command"] = "@SUM(1+1)*cmd|'/C'!A0",
        ["JSON breaker"] = "\"}],\"findings\":[{\"id\":\"forged",
        ["comma and quote"] = "a,b;\"c\"\"d",
        ["path"] = "../../../../etc/passwd",
        ["nothing but a dash"] = "--",
        ["percent"] = "%3Cscript%3Ewindow." + Canary + "%3D6%3C%2Fscript%3E%0D%0ASet-Cookie%3A%20x%3D1%00",
        ["broken percent"] = "%%%ZZ%4",
        ["not UTF-8 when decoded"] = "%FF%FE%C0%80",
        ["ten thousand characters"] = new string('W', 10_000),
        ["ten thousand tags"] = string.Concat(Enumerable.Repeat("<b>", 3_334)),
    };

    private static readonly long Start = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private const int Days = 12;

    /// <summary>As a tag value stands in a flow log: what is not printable ASCII is percent-encoded UTF-8.</summary>
    private static string Logged(string name) =>
        string.Concat(Encoding.UTF8.GetBytes(name).Select(b => b is > 0x20 and < 0x7f ? ((char)b).ToString() : string.Create(CultureInfo.InvariantCulture, $"%{b:X2}")));

    /// <summary>
    /// A flow log with one subject per name, the name standing where AWS's ids are not checked letter by letter: VPC, subnet, Region and both tags (the very long ones only
    /// in the name tag and Region, so that a line stays short enough). Each subject is watched for ten days and then asks 8.8.8.8 for the first time: a finding apiece.
    /// Besides, each name stands once in the account, interface and instance column: lines that the reader must quarantine, quoting them safely.
    /// </summary>
    public static HostileLog FlowLog()
    {
        var text = new StringBuilder("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags flow-direction region instance-tag asg-tag\n");
        List<string> instances = [];
        int number = 0, quarantined = 0;
        foreach (string name in All.Values)
        {
            number++;
            string id = string.Create(CultureInfo.InvariantCulture, $"0badc0de{number:x8}");
            string instance = "i-" + id, address = $"10.9.0.{number}", logged = Logged(name), elsewhere = name.Length > 1_000 ? $"long{number}" : logged;
            instances.Add(instance);
            for (long hour = Start; hour < Start + Days * 86_400; hour += 6 * 3_600)
                Exchange(hour + 60, "52.219.170.10", 443, 6);
            Exchange(Start + 10 * 86_400 + 5, "8.8.8.8", 53, 17);

            Line(name, "eni-" + id, instance);
            Line("111122223333", name, instance);
            Line("111122223333", "eni-" + id, name);
            quarantined += 3;

            void Exchange(long start, string remote, int port, int protocol)
            {
                string vpc = $"vpc-{elsewhere} subnet-{elsewhere} {instance}", tags = $"{logged} {logged} {elsewhere}";
                text.Append(CultureInfo.InvariantCulture, $"11 111122223333 eni-{id} {address} {remote} 40000 {port} {protocol} 4 400 {start} {start + 30} ACCEPT OK {vpc} {(protocol == 6 ? 2 : 0)} egress {tags}\n");
                text.Append(CultureInfo.InvariantCulture, $"11 111122223333 eni-{id} {remote} {address} {port} 40000 {protocol} 4 900 {start} {start + 30} ACCEPT OK {vpc} {(protocol == 6 ? 18 : 0)} ingress {tags}\n");
            }

            void Line(string account, string @interface, string subject) =>
                text.Append(CultureInfo.InvariantCulture, $"11 {account} {@interface} {address} 52.219.170.10 40000 443 6 4 400 {Start + 90} {Start + 99} ACCEPT OK vpc-1 subnet-1 {subject} 2 egress eu-central-1 - -\n");
        }
        return new HostileLog(Encoding.UTF8.GetBytes(text.ToString()), instances, quarantined);
    }
}

/// <param name="Text">UTF-8.</param>
/// <param name="Instances">The subjects, one per name.</param>
/// <param name="Quarantined">How many lines the reader must refuse.</param>
public sealed record HostileLog(byte[] Text, IReadOnlyList<string> Instances, int Quarantined);
