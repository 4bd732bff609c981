using System.Globalization;
using System.Text.Json;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary>A back-test's answer, for a person and for a program.</summary>
internal static class BackTestOutput
{
    public const string Schema = "wayward.backtest/1";

    public static void WriteTable(TextWriter output, BackTestDiff diff)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Reported at present {diff.ReportedPresent:N0}, in the trial {diff.ReportedTrial:N0}. {diff.Added.Count:N0} added, {diff.Removed.Count:N0} gone, {diff.Changed.Count:N0} changed, {diff.Unchanged:N0} the same."));
        if (diff.Added.Count + diff.Removed.Count + diff.Changed.Count == 0) return;
        output.WriteLine();
        var table = new TextTable("", "SEVERITY", "CONFIDENCE", "SUBJECT", "TARGET", "TRANSPORT", "FIRST", "STATE").RightAlign(2);
        foreach (var (factor, present, trial) in diff.Added.Select(f => ("+", f, f)).Concat(diff.Removed.Select(f => ("-", f, f))).Concat(diff.Changed.Select(c => ("~", c.Present, c.Trial))).OrderBy(r => r.Item3.First).ThenBy(r => r.Item3.Id, StringComparer.Ordinal))
        {
            var (name, address) = FindingText.Target(trial);
            table.Add(factor, Both(present, trial, f => string.Create(CultureInfo.InvariantCulture, $"{f.Severity / 10m:0.0}")), Both(present, trial, f => f.Confidence.ToString(CultureInfo.InvariantCulture)),
                trial.InstanceName is null ? trial.Subject.Id : $"{trial.InstanceName} {trial.Subject.Id}", name == address ? address : $"{name} {address}", trial.Transport.Name(), UtcTime.Iso(trial.First),
                Both(present, trial, f => f.Reported ? "reported" : "below threshold"));
        }
        table.Write(output);
    }

    public static void WriteJson(Stream output, BackTestDiff diff, ResolverCatalog present, ResolverCatalog trial)
    {
        using (var json = new Utf8JsonWriter(output, FindingJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            WriteSide(json, "present", diff.ReportedPresent, diff.Unchanged + diff.Changed.Count + diff.Removed.Count, present);
            WriteSide(json, "trial", diff.ReportedTrial, diff.Unchanged + diff.Changed.Count + diff.Added.Count, trial);
            json.WriteNumber("unchanged", diff.Unchanged);
            WriteFindings(json, "added", diff.Added);
            WriteFindings(json, "removed", diff.Removed);
            json.WriteStartArray("changed");
            foreach (var (before, after) in diff.Changed)
            {
                json.WriteStartObject();
                json.WritePropertyName("present");
                FindingJson.Write(json, before, FindingStatus.Open);
                json.WritePropertyName("trial");
                FindingJson.Write(json, after, FindingStatus.Open);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    private static void WriteSide(Utf8JsonWriter json, string name, int reported, int findings, ResolverCatalog catalog)
    {
        json.WriteStartObject(name);
        json.WriteNumber("findings", findings);
        json.WriteNumber("reported", reported);
        json.WriteStartObject("catalog");
        json.WriteString("version", catalog.Version);
        json.WriteString("hash", catalog.Hash);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFindings(Utf8JsonWriter json, string name, IReadOnlyList<Finding> findings)
    {
        json.WriteStartArray(name);
        foreach (var finding in findings) FindingJson.Write(json, finding, FindingStatus.Open);
        json.WriteEndArray();
    }

    private static string Both(Finding present, Finding trial, Func<Finding, string> what) => what(present) is var before && what(trial) is var after && before == after ? before : $"{what(present)} > {what(trial)}";
}
