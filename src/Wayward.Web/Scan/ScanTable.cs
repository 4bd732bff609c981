using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Engine.Scan;

namespace Wayward.Web.Scan;

/// <summary>The result of a scan for a person at a terminal: what was read, what it talks to, what is unusual.</summary>
internal static class ScanTable
{
    private const int MaxContacts = 200, MaxAccepted = 50;

    public static void Write(TextWriter output, ScanResult result, ResolverCatalog catalog)
    {
        var input = result.Input;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{input.Records:N0} records in {input.Objects:N0} {(input.Objects == 1 ? "object" : "objects")} ({input.Bytes:N0} bytes), {input.ContactRecords:N0} of them DNS contacts; catalogue {catalog.Version} ({catalog.Hash})"));
        if (input.Skipped.Count > 0)
            output.WriteLine("Not contacts: " + string.Join(", ", input.Skipped.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value:N0}"))));
        if (input.Duplicates > 0) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Given more than once and counted once: {input.Duplicates:N0}"));

        output.WriteLine();
        if (ScanSummary.NothingEvaluated(input) is { } nothing) output.WriteLine(nothing);
        else WriteResult(output, result);

        if (input.QuarantinedCount == 0) return;
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Could not be taken: {input.QuarantinedCount:N0} lines or objects{(input.Unreadable > 0 ? $", {input.Unreadable} of them whole objects" : "")}"));
        foreach (var line in input.Quarantined.Take(20))
            output.WriteLine($"  {SafeText.Plain(line.File)}{(line.Line is { } n ? ":" + n.ToString(CultureInfo.InvariantCulture) : "")}: {SafeText.Plain(line.Reason)}");
        if (input.QuarantinedCount > 20) output.WriteLine("  …");
    }

    private static void WriteResult(TextWriter output, ScanResult result)
    {
        if (result.Contacts.Count == 0) output.WriteLine("No DNS contacts with public servers.");
        else WriteContacts(output, result.Contacts);

        output.WriteLine();
        if (result.Findings.Count > 0) WriteFindings(output, result.Findings);
        else if (result.Blindness.Notices().Any()) output.WriteLine("No findings in what could be evaluated, which is not all:");
        else output.WriteLine("No findings.");
        WriteBlindness(output, result.Blindness);
        WriteAccepted(output, result.Accepted);
    }

    private static void WriteBlindness(TextWriter output, BlindnessMeter meter)
    {
        if (meter.Hours == 0) return;
        output.WriteLine(ScanSummary.Evaluated(meter));
        foreach (string notice in meter.Notices()) output.WriteLine(notice);
    }

    private static void WriteAccepted(TextWriter output, IReadOnlyList<AcceptedContact> accepted)
    {
        if (ScanSummary.Accepted(accepted) is not { } summary) return;
        output.WriteLine();
        output.WriteLine(summary);
        var table = new TextTable("INSTANCE", "ADDRESS", "TRANSPORT", "PROVIDER", "FIRST", "LAST", "WHY");
        foreach (var c in accepted.Take(MaxAccepted))
        {
            string why = ScanSummary.Words(c.Reason) + (c.Role is { } role ? $" ({role})" : c.RuleId is { } rule ? string.Create(CultureInfo.InvariantCulture, $" ({rule})") : "");
            table.Add(c.Instance.Id, c.Destination.Address.ToString(), c.Destination.Transport.Name(), c.Provider ?? "-", UtcTime.Iso(c.First), UtcTime.Iso(c.Last), why);
        }
        table.Write(output);
        if (accepted.Count > MaxAccepted) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… and {accepted.Count - MaxAccepted:N0} more; --format json gives all."));
    }

    private static void WriteContacts(TextWriter output, IReadOnlyList<ScanContact> contacts)
    {
        var table = new TextTable("INSTANCE", "ADDRESS", "TRANSPORT", "PORT", "PROVIDER", "FIRST", "LAST", "RECORDS", "ANSWERED").RightAlign(3, 7);
        foreach (var c in contacts.Take(MaxContacts))
        {
            table.Add(c.Instance.Id, c.Endpoint.Address.ToString(), c.Transport.Name(), c.Endpoint.Port.ToString(CultureInfo.InvariantCulture), c.Provider ?? "-",
                UtcTime.Iso(c.First), UtcTime.Iso(c.Last), c.Out.Records.ToString(CultureInfo.InvariantCulture), c.Answered ? "yes" : "no");
        }
        table.Write(output);
        if (contacts.Count > MaxContacts)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… and {contacts.Count - MaxContacts:N0} more; --format csv --rows contacts or --format json give all."));
    }

    private static void WriteFindings(TextWriter output, IReadOnlyList<Finding> findings)
    {
        var table = new TextTable("SEVERITY", "CONFIDENCE", "SUBJECT", "TARGET", "TRANSPORT", "FIRST", "STATE", "WHY").RightAlign(1);
        foreach (var f in findings.OrderByDescending(f => f.Reported).ThenByDescending(f => f.Severity).ThenBy(f => f.First).ThenBy(f => f.Id, StringComparer.Ordinal))
        {
            var (name, address) = FindingText.Target(f);
            table.Add(string.Create(CultureInfo.InvariantCulture, $"{f.Severity / 10m:0.0} {SeverityBands.Of(f.Severity)}"), f.Confidence.ToString(CultureInfo.InvariantCulture),
                f.InstanceName is null ? f.Subject.Id : $"{f.InstanceName} {f.Subject.Id}", name == address ? address : $"{name} {address}", f.Transport.Name(), UtcTime.Iso(f.First),
                f.Reported ? f.Provisional ? "provisional" : "reported" : "below threshold", FindingText.Why(f));
        }
        table.Write(output);
    }
}
