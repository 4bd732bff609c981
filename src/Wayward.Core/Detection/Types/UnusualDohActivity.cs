using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>DNS over HTTPS, HTTP/3 included: a catalogue endpoint on port 443.</summary>
public sealed class UnusualDohActivity() : FirstContactType(2, "UnusualDoHActivity")
{
    public static FindingType Type { get; } = new UnusualDohActivity();

    public override bool IsOfGuardDuty => true;
    public override IReadOnlyList<DnsTransport> Transports { get; } = [DnsTransport.DoH, DnsTransport.DoH3];
    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Tunneling, AttackMapping.Dns];

    internal override ScoreFactor Confidence(FindingCase c)
    {
        var k = c.Scoring.Confidence;
        var tier = c.Entry?.Tier ?? CatalogTier.None;
        int points = tier switch
        {
            CatalogTier.Dedicated => k.DohTierA,
            CatalogTier.ServiceAssigned => k.DohTierB,
            _ => k.DohTierD,
        };
        return c.Transport == DnsTransport.DoH3
            ? new("start", points + k.Doh3, $"HTTP/3 to an address that the catalogue holds in tier {tier.Letter()}.")
            : new("start", points, $"HTTPS to an address that the catalogue holds in tier {tier.Letter()}.");
    }
}
