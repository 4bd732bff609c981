using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>DNS over QUIC: UDP port 853, or a catalogue endpoint.</summary>
public sealed class UnusualDoqActivity() : FirstContactType(4, "UnusualDoQActivity")
{
    public static FindingType Type { get; } = new UnusualDoqActivity();

    public override IReadOnlyList<DnsTransport> Transports { get; } = [DnsTransport.DoQ];
    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Dns, AttackMapping.Asymmetric];

    internal override ScoreFactor Confidence(FindingCase c)
    {
        var k = c.Scoring.Confidence;
        return IsCatalogued(c) ? new("start", k.DoqCatalogued, "DNS over QUIC to a resolver of the catalogue.")
            : new("start", c.Outcome == ContactOutcome.Answered ? k.DoqAnswered : k.DoqUnanswered, $"UDP {c.Details[0].FirstEndpoint.Port} to an address that no tier A or B entry names, {Came(c)}.");
    }
}
