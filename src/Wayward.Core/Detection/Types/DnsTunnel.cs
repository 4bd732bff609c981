using Wayward.Core.Reports;

namespace Wayward.Core.Detection;

/// <summary>A tunnel over plain DNS.</summary>
public sealed class DnsTunnel() : TunnelType(6, "DNSTunnel")
{
    public static FindingType Type { get; } = new DnsTunnel();

    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Dns, AttackMapping.Tunneling];

    private protected override bool IsPlain => true;

    private protected override string Clause(Finding finding, string target) => $"moved more than questions over DNS to {target}";
}
