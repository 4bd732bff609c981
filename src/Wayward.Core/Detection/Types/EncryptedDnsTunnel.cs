using Wayward.Core.Reports;

namespace Wayward.Core.Detection;

/// <summary>A tunnel over encrypted DNS.</summary>
public sealed class EncryptedDnsTunnel() : TunnelType(7, "EncryptedDNSTunnel")
{
    public static FindingType Type { get; } = new EncryptedDnsTunnel();

    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Tunneling, AttackMapping.Encrypted];

    private protected override bool IsPlain => false;

    private protected override string Clause(Finding finding, string target) => $"moved more than questions over encrypted DNS to {target}";
}
