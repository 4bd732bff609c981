using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>DNSCrypt: a catalogue endpoint on any port.</summary>
public sealed class UnusualDnsCryptActivity() : FirstContactType(5, "UnusualDNSCryptActivity")
{
    public static FindingType Type { get; } = new UnusualDnsCryptActivity();

    public override IReadOnlyList<DnsTransport> Transports { get; } = [DnsTransport.DnsCrypt];
    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Dns, AttackMapping.Encrypted];

    internal override ScoreFactor Confidence(FindingCase c) => new("start", c.Scoring.Confidence.DnsCrypt, "A DNSCrypt endpoint of the catalogue.");
}
