using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Plain DNS, UDP or TCP port 53.</summary>
public sealed class UnusualDnsResolver() : FirstContactType(1, "UnusualDNSResolver")
{
    public static FindingType Type { get; } = new UnusualDnsResolver();

    public override bool IsOfGuardDuty => true;
    public override IReadOnlyList<DnsTransport> Transports { get; } = [DnsTransport.Dns];
    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Dns, AttackMapping.Dynamic];

    internal override ScoreFactor Confidence(FindingCase c)
    {
        var k = c.Scoring.Confidence;
        return new("start", c.Outcome == ContactOutcome.Answered ? k.DnsAnswered : k.DnsUnanswered, $"Port 53 {Came(c)}.");
    }
}
