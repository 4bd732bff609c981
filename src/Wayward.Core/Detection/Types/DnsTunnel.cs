using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>A tunnel over plain DNS.</summary>
public sealed class DnsTunnel() : TunnelType(6, "DNSTunnel")
{
    public static FindingType Type { get; } = new DnsTunnel();

    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Dns, AttackMapping.Tunneling];

    private protected override bool Uses(DnsTransport transport) => transport == DnsTransport.Dns;

    private protected override string Clause(Finding finding, string target) => $"moved more than questions over DNS to {target}";

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.TunnelSeverity, Volume(c, c.Tunnel!.Value));

    private protected override string Counterfactual(FindingCase c) =>
        $"Would not have fired below {Wording.Number(c.Patterns.TunnelBytes)} bytes an hour, nor with smaller packets (under {c.Patterns.TunnelMeanBytes} bytes) and less than {Wording.Number(c.Patterns.TunnelVolume)} bytes.";
}
