using Wayward.Core.Detection;

namespace Wayward.Core.Reports;

/// <param name="Id">Such as <c>T1071.004</c>.</param>
/// <param name="Parent">Of a sub-technique: the technique's id and name.</param>
/// <param name="Tactic">Tactic id and name as of <see cref="AttackMapping.Version"/>.</param>
/// <param name="StixId">The object's id in MITRE's own STIX data.</param>
/// <param name="Created">When MITRE made that object.</param>
/// <param name="Modified">When MITRE last changed it, as of ATT&amp;CK 18.1.</param>
public sealed record AttackTechnique(string Id, string Name, string Tactic, string StixId, string Created, string Modified, (string Id, string Name)? Parent = null)
{
    /// <summary>The name without the parent's.</summary>
    public string OwnName => Parent is { } parent && Name.StartsWith(parent.Name + ": ", StringComparison.Ordinal) ? Name[(parent.Name.Length + 2)..] : Name;
    public string Address => "https://attack.mitre.org/techniques/" + Id.Replace('.', '/');
}

/// <summary>
/// Which ATT&amp;CK techniques a finding is a factor of. The publisher of the three first finding types maps none of them beyond "defense evasion",
/// so this is our reading: DNS outside the watched resolver is a command channel over DNS, and T1572 names DNS over HTTPS in its own text.
/// </summary>
public static class AttackMapping
{
    /// <summary>With this version TA0005 reads Stealth, before it read Defense Evasion; the id is the same.</summary>
    public const string Version = "19";

    /// <summary>The one tactic of all techniques used here.</summary>
    public const string TacticId = "TA0011";
    public const string TacticName = "Command and Control";

    private const string CommandAndControl = TacticId + " " + TacticName;

    internal static readonly AttackTechnique Dns = new("T1071.004", "Application Layer Protocol: DNS", CommandAndControl,
        "attack-pattern--1996eef1-ced3-4d7f-bf94-33298cabbf72", "2020-03-15T16:27:31.768Z", "2025-10-24T17:48:27.877Z", ("T1071", "Application Layer Protocol"));
    internal static readonly AttackTechnique Tunneling = new("T1572", "Protocol Tunneling", CommandAndControl,
        "attack-pattern--4fe28b27-b13c-453e-a386-c2ef362a573b", "2020-03-15T16:03:39.082Z", "2025-10-24T17:48:45.888Z");
    internal static readonly AttackTechnique Encrypted = new("T1573", "Encrypted Channel", CommandAndControl,
        "attack-pattern--b8902400-e6c5-4ba2-95aa-2d35b442b118", "2020-03-16T15:33:01.739Z", "2025-10-24T17:49:17.042Z");
    internal static readonly AttackTechnique Asymmetric = new("T1573.002", "Encrypted Channel: Asymmetric Cryptography", CommandAndControl,
        "attack-pattern--bf176076-b789-408e-8cba-7275e81c0ada", "2020-03-16T15:48:33.882Z", "2025-10-24T17:49:18.961Z", ("T1573", "Encrypted Channel"));
    internal static readonly AttackTechnique Dynamic = new("T1568", "Dynamic Resolution", CommandAndControl,
        "attack-pattern--7bd9c723-2f78-4309-82c5-47cad406572b", "2020-03-10T17:28:11.747Z", "2025-10-24T17:49:00.128Z");
    internal static readonly AttackTechnique Fallback = new("T1008", "Fallback Channels", CommandAndControl,
        "attack-pattern--f24faf46-3b26-4dbb-98f2-63460498e433", "2017-05-31T21:30:21.689Z", "2025-10-24T17:49:35.854Z");

    /// <summary>All techniques that a finding may have.</summary>
    public static IReadOnlyList<AttackTechnique> All { get; } = [Dns, Tunneling, Encrypted, Asymmetric, Dynamic, Fallback];

    public static IReadOnlyList<AttackTechnique> Of(Finding finding) => finding.Type.Techniques(finding);
}
