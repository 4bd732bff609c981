using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary>A back-test's answer for a person.</summary>
internal static class BackTestOutput
{
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

    private static string Both(Finding present, Finding trial, Func<Finding, string> what) => what(present) is var before && what(trial) is var after && before == after ? before : $"{what(present)} > {what(trial)}";
}
