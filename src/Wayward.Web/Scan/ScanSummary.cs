using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Engine.Scan;

namespace Wayward.Web.Scan;

/// <summary>What a scan amounts to, in sentences.</summary>
internal static class ScanSummary
{
    /// <summary>Why the input held nothing to evaluate; null when it held something. The absence of findings then says nothing about the traffic.</summary>
    public static string? NothingEvaluated(ScanInput input)
    {
        if (input.Records == 0) return "Nothing could be evaluated: no record was read.";
        // Records of transit gateways are not among those that were read.
        if (input.Skipped.Where(s => s.Key != "transit-gateway").Sum(s => s.Value) < input.Records) return null;
        // Only traffic that is neither TCP nor UDP was seen for what it is, and is no DNS.
        if (input.Skipped.GetValueOrDefault("not-tcp-udp") == input.Records) return null;
        var reasons = input.Skipped.OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Value:N0} of {input.Records:N0} records {Words(s.Key)}"));
        return $"Nothing could be evaluated: {string.Join("; ", reasons)}.";
    }

    /// <summary>What the reader of the result must know of the input.</summary>
    public static IEnumerable<string> Warnings(ScanResult result) => result.Blindness.Notices().Concat(result.Overlaps.Select(o => o.Text));

    /// <summary>How much of the input could be evaluated, in a sentence.</summary>
    public static string Evaluated(BlindnessMeter meter) => string.Create(CultureInfo.InvariantCulture, $"{100 * (1 - meter.Share):0.#} % of {meter.Hours:N0} instance-hours could be evaluated.");

    /// <summary>How many contacts were accepted without a finding, by reason; null when there were none.</summary>
    public static string? Accepted(IReadOnlyList<AcceptedContact> accepted)
    {
        if (accepted.Count == 0) return null;
        var parts = accepted.GroupBy(a => a.Reason).OrderBy(g => g.Key).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count():N0} {Words(g.Key)}"));
        return $"Accepted without a finding: {string.Join(", ", parts)}.";
    }

    public static string Words(AcceptedReason reason) => reason switch
    {
        AcceptedReason.Learned => "learned",
        AcceptedReason.LearnedFromGroup => "usual in the group",
        AcceptedReason.Role => "explained by a role",
        AcceptedReason.Expected => "expected by a rule",
        AcceptedReason.OwnNetwork => "in an own network (name it in Detection:OwnPrefixes)",
        _ => "with an unclear direction",
    };

    private static string Words(string skipped) => skipped switch
    {
        "no-data" => "say that there was no traffic (NODATA)",
        "skip-data" => "say that records were lost (SKIPDATA)",
        "service-eni" => "belong to interfaces of AWS services, such as a NAT gateway, which name no instance",
        "unresolved-side" => "do not tell which address is the interface's own",
        "not-tcp-udp" => "are neither TCP nor UDP",
        "transit-gateway" => "come from a transit gateway",
        "no-subject" => "name neither an instance nor an interface",
        "missing-field" => "lack a field that is needed",
        _ => $"were passed over ({skipped})",
    };
}
