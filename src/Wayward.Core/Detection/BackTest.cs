using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>How findings differ between two evaluations of the same ledger.</summary>
/// <param name="Added">Said only by the trial.</param>
/// <param name="Removed">Said only at present.</param>
/// <param name="Changed">Said by both, with another severity, confidence, count, outcome, span or report state.</param>
public sealed record BackTestDiff(IReadOnlyList<Finding> Added, IReadOnlyList<Finding> Removed, IReadOnlyList<(Finding Present, Finding Trial)> Changed, int Unchanged)
{
    /// <summary>Findings told to an analyst, before and after.</summary>
    public required int ReportedPresent { get; init; }
    public required int ReportedTrial { get; init; }
}

/// <summary>
/// Runs the engine over the stored ledger with other parameters, another catalogue or other rules, and compares with the present ones. Nothing is stored. What the ledger
/// keeps does not depend on parameters or rules, so the answer is exact; of a catalogue's 443 endpoints only the past that was recorded can speak.
/// </summary>
public static class BackTest
{
    public static BackTestDiff Run(ContactLedger ledger, DetectionEngine present, DetectionEngine trial) => Compare(present.Evaluate(ledger).Findings, trial.Evaluate(ledger).Findings);

    public static BackTestDiff Compare(IReadOnlyList<Finding> present, IReadOnlyList<Finding> trial)
    {
        var before = present.ToDictionary(f => f.Id, StringComparer.Ordinal);
        var after = trial.ToDictionary(f => f.Id, StringComparer.Ordinal);
        var changed = present.Where(f => after.TryGetValue(f.Id, out var now) && Facts(f) != Facts(now)).Select(f => (f, after[f.Id])).ToList();
        return new BackTestDiff([.. trial.Where(f => !before.ContainsKey(f.Id))], [.. present.Where(f => !after.ContainsKey(f.Id))], changed, present.Count(f => after.ContainsKey(f.Id)) - changed.Count)
        {
            ReportedPresent = present.Count(f => f.Reported),
            ReportedTrial = trial.Count(f => f.Reported),
        };
    }

    private static (int, int, long, ContactOutcome, long, bool, int, FindingBasis) Facts(Finding f) => (f.Severity, f.Confidence, f.Count, f.Outcome, f.Last, f.Reported, f.Members.Count, f.Basis);
}
