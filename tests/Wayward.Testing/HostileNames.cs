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

    /// <summary>
    /// A flow log with one subject per name, the name standing in its account, interface, instance id, VPC, subnet, Region and both tags. Each subject is watched for
    /// ten days and then asks 8.8.8.8 for the first time: a finding apiece.
    /// </summary>
    /// <returns>UTF-8 text, and the instance ids as the log has them.</returns>
    public static (byte[] Text, IReadOnlyList<string> Instances) FlowLog()
    {
        var text = new StringBuilder("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags flow-direction region instance-tag asg-tag\n");
        List<string> instances = [];
        int host = 1;
        foreach (string name in All.Values)
        {
            string instance = "i-" + name;
            instances.Add(instance);
            string address = $"10.9.{host / 250}.{host % 250 + 1}";
            host++;
            for (long hour = Start; hour < Start + Days * 86_400; hour += 6 * 3_600)
                Append(hour + 60, "52.219.170.10", 443, 6);
            Append(Start + 10 * 86_400 + 5, "8.8.8.8", 53, 17);

            void Append(long start, string remote, int port, int protocol)
            {
                text.Append(CultureInfo.InvariantCulture, $"11 {name} eni-{name} {address} {remote} 40000 {port} {protocol} 4 400 {start} {start + 30} ACCEPT OK vpc-{name} subnet-{name} {instance} {(protocol == 6 ? 2 : 0)} egress {name} {name} {name}\n");
                text.Append(CultureInfo.InvariantCulture, $"11 {name} eni-{name} {remote} {address} {port} 40000 {protocol} 4 900 {start} {start + 30} ACCEPT OK vpc-{name} subnet-{name} {instance} {(protocol == 6 ? 18 : 0)} ingress {name} {name} {name}\n");
            }
        }
        return (Encoding.UTF8.GetBytes(text.ToString()), instances);
    }
}
