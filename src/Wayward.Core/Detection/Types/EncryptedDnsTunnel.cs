using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>A tunnel over encrypted DNS.</summary>
public sealed class EncryptedDnsTunnel() : TunnelType(7, "EncryptedDNSTunnel")
{
    public static FindingType Type { get; } = new EncryptedDnsTunnel();

    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Tunneling, AttackMapping.Encrypted];

    private protected override bool Uses(DnsTransport transport) => transport != DnsTransport.Dns;

    private protected override string Clause(Finding finding, string target) => $"sent far more than questions by {Wording.Protocol(finding.Transport)} to {target}";

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.EncryptedTunnelSeverity, Volume(c, c.Tunnel!.Value));

    internal override ScoreFactor Confidence(FindingCase c) => new("start", c.Patterns.EncryptedTunnelConfidence, "Volume and direction alone: an upload by other means looks the same.");

    private protected override string Counterfactual(FindingCase c) => $"Would not have fired below {Wording.Number(c.Patterns.EncryptedTunnelBytes)} bytes an hour.";
}
