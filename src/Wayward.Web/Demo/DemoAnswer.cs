using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Web.Demo;

/// <summary>A finding that the demo must give, as its documentation states it.</summary>
/// <param name="Title">Short name of the story.</param>
/// <param name="Members">Names of the machines concerned.</param>
/// <param name="Addresses">Folded, ascending.</param>
/// <param name="First">First contact, Unix seconds.</param>
/// <param name="Severity">Tenths.</param>
/// <param name="Reported">False: kept, but below the report threshold.</param>
internal sealed record DemoFinding(
    string Title, FindingType Type, Subject Subject, IReadOnlyList<string> Members, DnsTransport Transport, string? Provider, IReadOnlyList<string> Addresses,
    long First, FindingBasis Basis, ContactOutcome Outcome, int Severity, int Confidence, bool Reported);

/// <summary>The demo's known answer: these findings are reported, and no other.</summary>
internal static class DemoAnswer
{
    public static readonly IReadOnlyList<DemoFinding> Findings =
    [
        new("New image, new resolver", FleetSwitch.Type, new(SubjectKind.Cohort, "asg:shop-api"),
            ["shop-api-5", "shop-api-6", "shop-api-7", "shop-api-8"], DnsTransport.Dns, "Cloudflare", [DemoAddresses.CloudflareSecond, DemoAddresses.Cloudflare],
            DemoFleet.ImageUpdateAt + 95, FindingBasis.CohortHistory, ContactOutcome.Answered, 60, 82, Reported: true),
        Single("Implant with its own name server", UnusualDnsResolver.Type, "data-db-2", DnsTransport.Dns, null, [DemoAddresses.AttackersServer],
            DemoFleet.ImplantAt, ContactOutcome.Answered, 75, 92),
        Single("resolv.conf rewritten", UnusualDnsResolver.Type, "shop-web-2", DnsTransport.Dns, "Google Public DNS", [DemoAddresses.GoogleSecond, DemoAddresses.Google],
            DemoFleet.ResolvConfAt, ContactOutcome.Answered, 65, 92),
        Single("DNS over HTTPS every hour", UnusualDohActivity.Type, "shop-build-1", DnsTransport.DoH, "Cloudflare", [DemoAddresses.CloudflareDoh],
            DemoFleet.DohAt, ContactOutcome.Answered, 65, 88),
        Single("DNS over TLS stub", UnusualDotActivity.Type, "stage-tools", DnsTransport.DoT, "OpenDNS", [DemoAddresses.OpenDns],
            DemoFleet.DotAt, ContactOutcome.Answered, 65, 98),
        Single("Refused on 53, then DNS over QUIC through NAT64", EvasionAfterBlock.Type, "data-lake-1", DnsTransport.DoQ, "AdGuard DNS", [DemoAddresses.AdGuard],
            DemoFleet.DoqAt, ContactOutcome.Answered, 89, 85),
        Single("Rotation, first resolver", UnusualDnsResolver.Type, "stage-web-1", DnsTransport.Dns, "CleanBrowsing", [DemoAddresses.CleanBrowsing],
            DemoFleet.RotationAt[0], ContactOutcome.Answered, 65, 92),
        Single("Rotation, second resolver", UnusualDnsResolver.Type, "stage-web-1", DnsTransport.Dns, "Control D", [DemoAddresses.ControlD],
            DemoFleet.RotationAt[1], ContactOutcome.Answered, 60, 92),
        Single("Rotation, third resolver", UnusualDnsResolver.Type, "stage-web-1", DnsTransport.Dns, "Yandex DNS", [DemoAddresses.Yandex],
            DemoFleet.RotationAt[2], ContactOutcome.Answered, 60, 92),
        Single("Rotation as such", ResolverRotation.Type, "stage-web-1", DnsTransport.Dns, null, [DemoAddresses.ControlD, DemoAddresses.Yandex, DemoAddresses.CleanBrowsing],
            DemoFleet.RotationAt[0], ContactOutcome.Answered, 60, 92),
    ];

    /// <summary>One of the daily rows of the resolver that asks new authoritative servers: kept, and below the report threshold.</summary>
    public static bool IsLookups(FindingType type, string subject, bool reported) => type == AskedAuthoritative.Type && subject == DemoIds.Instance("shop-dns") && !reported;

    private static DemoFinding Single(string title, FindingType type, string machine, DnsTransport transport, string? provider, IReadOnlyList<string> addresses,
        long first, ContactOutcome outcome, int severity, int confidence, bool reported = true) =>
        new(title, type, new(SubjectKind.Instance, DemoIds.Instance(machine)), [machine], transport, provider, addresses, first, FindingBasis.OwnHistory, outcome, severity, confidence, reported);
}
