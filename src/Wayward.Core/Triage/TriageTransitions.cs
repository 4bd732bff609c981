using System.Globalization;
using Wayward.Core.Detection;

namespace Wayward.Core.Triage;

/// <summary>What an evaluation may change of a finding's triage.</summary>
/// <param name="Previous">The status before the engine closed the finding by itself; null = it did not.</param>
/// <param name="RuleId">The rule that closed it, or null.</param>
/// <param name="Note">Why it is withdrawn, closed or reopened, in a sentence.</param>
public sealed record FindingTriage(FindingStatus Status, FindingStatus? Previous, Resolution Resolution, int? RuleId, string? Note)
{
    public static readonly FindingTriage New = new(FindingStatus.Open, null, Resolution.None, null, null);

    /// <summary>An analyst closed it. What the engine did since does not undo that.</summary>
    public bool IsDecided => Status == FindingStatus.Closed || Previous == FindingStatus.Closed;
}

/// <summary>What a transition means to those who are told of changes.</summary>
public enum TriageChangeKind : byte { None, Updated, Closed, Reopened }

/// <param name="Guards">Decisions that were made with the former state in view are refused: there is more, or something else, to decide on.</param>
/// <param name="Decision">For the audit log, where the transition undoes an analyst's decision; else null.</param>
public sealed record TriageTransition(FindingTriage After, TriageChangeKind Kind, bool Guards, string? Decision = null);

/// <summary>
/// The transitions of triage that an evaluation causes. Triage belongs to people: the engine changes it only as the finding's own state demands. A finding that is said for the first time is <see cref="FindingTriage.New"/>.
/// </summary>
public static class TriageTransitions
{
    /// <summary>The engine says a stored finding again, under the same id or, with a moved start, under a new one.</summary>
    /// <param name="changed">What the engine says is not what is stored, or its id is another.</param>
    /// <param name="grew">Addresses or members joined.</param>
    public static TriageTransition Said(FindingTriage triage, bool changed, bool grew)
    {
        if (triage.Status is FindingStatus.ClosedExpected or FindingStatus.Withdrawn)
        {
            // Back to what it was before the engine closed it.
            var status = triage.Previous ?? FindingStatus.Open;
            return new(triage with { Status = status, Previous = null, RuleId = null, Note = null }, status.IsOpen() ? TriageChangeKind.Reopened : TriageChangeKind.Updated, Guards: true);
        }
        if (!changed) return new(triage, TriageChangeKind.None, Guards: false);
        if (grew && triage.Status == FindingStatus.Closed)
        {
            return new(triage with { Status = FindingStatus.Open, Resolution = Resolution.None, Note = "Reopened: it grew after it was closed." }, TriageChangeKind.Reopened, Guards: true,
                Decision: "Reopened: new addresses or instances joined after it was closed");
        }
        return new(triage, TriageChangeKind.Updated, Guards: grew);
    }

    /// <summary>The engine evaluated the finding's group and no longer says the finding.</summary>
    /// <param name="ruleId">The rule that covers it now; null = the data changed.</param>
    public static TriageTransition Vanished(FindingTriage triage, int? ruleId)
    {
        // A rule says what is expected from now on. It does not take back that an analyst found something to be malicious.
        if (ruleId is not null && triage.IsDecided) return new(triage, TriageChangeKind.None, Guards: false);
        var status = ruleId is null ? FindingStatus.Withdrawn : FindingStatus.ClosedExpected;
        if (triage.Status == status && triage.RuleId == ruleId) return new(triage, TriageChangeKind.None, Guards: false);
        string note = ruleId is { } id
            ? string.Create(CultureInfo.InvariantCulture, $"Closed: expected by rule {id}.")
            : "Withdrawn: an earlier contact arrived or the data changed, and this is no longer a first contact.";
        return new(triage with { Status = status, Previous = triage.Previous ?? triage.Status, RuleId = ruleId, Note = note }, triage.Status.IsOpen() ? TriageChangeKind.Closed : TriageChangeKind.Updated, Guards: true);
    }

    /// <summary>Did addresses or members join?</summary>
    public static bool Grew(Finding before, Finding after) =>
        after.Addresses.Select(a => a.Address).Except(before.Addresses.Select(a => a.Address)).Any() || after.Members.Except(before.Members).Any();

    /// <summary>Of the vanished findings of a new finding's group the one that it supersedes: their spans overlap, so the start moved. The nearest start wins, then the smaller id.</summary>
    /// <returns>Its id; null = the finding is new.</returns>
    public static string? Superseded(Finding finding, IEnumerable<(string Id, long First, long Last)> vanished) => vanished
        .Where(v => v.First <= finding.Last && finding.First <= v.Last)
        .OrderBy(v => Math.Abs(v.First - finding.First)).ThenBy(v => v.Id, StringComparer.Ordinal).Select(v => v.Id).FirstOrDefault();
}
