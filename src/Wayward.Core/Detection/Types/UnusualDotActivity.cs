using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>DNS over TLS: TCP port 853.</summary>
public sealed class UnusualDotActivity() : FirstContactType(3, "UnusualDoTActivity")
{
    public static FindingType Type { get; } = new UnusualDotActivity();

    public override bool IsOfGuardDuty => true;
    public override IReadOnlyList<DnsTransport> Transports { get; } = [DnsTransport.DoT];
    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Dns, AttackMapping.Asymmetric];

    internal override ScoreFactor Confidence(FindingCase c)
    {
        var k = c.Scoring.Confidence;
        return IsCatalogued(c) ? new("start", k.DotCatalogued, "TCP 853 to a resolver of the catalogue.")
            : new("start", c.Outcome == ContactOutcome.Answered ? k.DotAnswered : k.DotUnanswered, $"TCP 853 to an address that no tier A or B entry names, {Came(c)}.");
    }
}
