using Wayward.Core.Detection;

namespace Wayward.Core.Reports;

/// <param name="Id">Such as <c>T1071.004</c>.</param>
/// <param name="Tactic">Tactic id and name as of <see cref="AttackMapping.Version"/>.</param>
public sealed record AttackTechnique(string Id, string Name, string Tactic);

/// <summary>
/// Which ATT&amp;CK techniques a finding is a factor of. The publisher of the three first finding types maps none of them beyond "defense evasion",
/// so this is our reading: DNS outside the watched resolver is a command channel over DNS, and T1572 names DNS over HTTPS in its own text.
/// </summary>
public static class AttackMapping
{
    /// <summary>With this version TA0005 reads Stealth, before it read Defense Evasion; the id is the same.</summary>
    public const string Version = "19";

    private const string CommandAndControl = "TA0011 Command and Control";

    internal static readonly AttackTechnique Dns = new("T1071.004", "Application Layer Protocol: DNS", CommandAndControl);
    internal static readonly AttackTechnique Tunneling = new("T1572", "Protocol Tunneling", CommandAndControl);
    internal static readonly AttackTechnique Encrypted = new("T1573", "Encrypted Channel", CommandAndControl);
    internal static readonly AttackTechnique Dynamic = new("T1568", "Dynamic Resolution", CommandAndControl);

    public static IReadOnlyList<AttackTechnique> Of(Finding finding) => finding.Type.Techniques(finding);
}
