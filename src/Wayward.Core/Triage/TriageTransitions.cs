using System.Globalization;
using Wayward.Core.Contacts;
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

/// <summary>What was known of a finding when an analyst closed it.</summary>
/// <param name="Through">The last contact, or the moment of the close if that is later; event time, Unix seconds.</param>
/// <param name="Bytes">Sent and received.</param>
public readonly record struct ClosedWith(long Through, long Bytes);

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
    /// <param name="news">What <see cref="RecurrenceOf"/> a closed finding says; null = nothing.</param>
    public static TriageTransition Said(FindingTriage triage, bool changed, bool grew, string? news = null)
    {
        if (triage.Status is FindingStatus.ClosedExpected or FindingStatus.Withdrawn)
        {
            // Back to what it was before the engine closed it.
            var status = triage.Previous ?? FindingStatus.Open;
            return new(triage with { Status = status, Previous = null, RuleId = null, Note = null }, status.IsOpen() ? TriageChangeKind.Reopened : TriageChangeKind.Updated, Guards: true);
        }
        // The rule that it was kept open against is gone.
        if (triage.Status.IsOpen() && triage.RuleId is not null) return new(triage with { RuleId = null }, TriageChangeKind.Updated, Guards: grew);
        if (!changed) return new(triage, TriageChangeKind.None, Guards: false);
        if ((grew || news is not null) && triage.Status == FindingStatus.Closed)
        {
            string note = $"Reopened after it was closed: {news ?? "addresses or instances joined"}";
            return new(triage with { Status = FindingStatus.Open, Resolution = Resolution.None, Note = note + "." }, TriageChangeKind.Reopened, Guards: true, Decision: note);
        }
        return new(triage, TriageChangeKind.Updated, Guards: grew);
    }

    /// <summary>The engine evaluated the finding's group and no longer says the finding.</summary>
    /// <param name="ruleId">The rule that covers it now; null = the data changed.</param>
    /// <param name="partOf">The finding that it is a part of now, as a reader knows it; null = none.</param>
    public static TriageTransition Vanished(FindingTriage triage, int? ruleId, string? partOf = null)
    {
        // A rule says what is expected from now on. It does not take back that an analyst found something to be malicious.
        if (ruleId is not null && triage.IsDecided) return new(triage, TriageChangeKind.None, Guards: false);
        // An analyst reopened it although that rule expects it.
        if (ruleId is not null && triage.Status.IsOpen() && triage.RuleId == ruleId) return new(triage, TriageChangeKind.None, Guards: false);
        var status = ruleId is null ? FindingStatus.Withdrawn : FindingStatus.ClosedExpected;
        if (triage.Status == status && triage.RuleId == ruleId) return new(triage, TriageChangeKind.None, Guards: false);
        string note = ruleId is { } id
            ? string.Create(CultureInfo.InvariantCulture, $"Closed: expected by rule {id}.")
            : partOf is not null ? $"Withdrawn: it is part of {partOf} now.{(triage.IsDecided ? $" The decision stays with it: closed as {triage.Resolution.Words()}." : "")}"
            : "Withdrawn: an earlier contact arrived or the data changed, and this is no longer a first contact.";
        return new(triage with { Status = status, Previous = triage.Previous ?? triage.Status, RuleId = ruleId, Note = note }, triage.Status.IsOpen() ? TriageChangeKind.Closed : TriageChangeKind.Updated, Guards: true);
    }

    /// <summary>
    /// What recurs, or is new, since an analyst closed a finding, for a sentence after "reopened:"; null = nothing that matters. Members, addresses and reasons for severity join; the volume passes
    /// <see cref="VolumeFactor"/> times that at the close; and after a true positive, which was to end, any contact a day after the close.
    /// </summary>
    /// <param name="close">What was known at the close.</param>
    public static string? RecurrenceOf(Finding before, Finding after, Resolution resolution, ClosedWith close)
    {
        // A false alarm or a duplicate stays one, whatever more is told of the same targets and instances.
        bool mayRecur = resolution is Resolution.TruePositive or Resolution.BenignPositive or Resolution.InsufficientData;
        var news = new List<string>();
        Joined(after.Addresses.Select(a => a.Address.ToString()).Except(before.Addresses.Select(a => a.Address.ToString())));
        Joined(after.Members.Select(m => m.Id).Except(before.Members.Select(m => m.Id)));
        if (mayRecur)
        {
            foreach (var factor in after.SeverityFactors.Where(f => f.Points > 0 && f.Code is not ("start" or "clamp" or "volume" or "most-severe-member") && before.SeverityFactors.All(b => b.Code != f.Code)))
                news.Add($"a reason for more severity was added ({factor.Evidence.TrimEnd('.')})");
        }
        long bytes = after.Out.Bytes + after.In.Bytes;
        if (mayRecur && close.Bytes > 0 && bytes >= VolumeFactor * close.Bytes) news.Add($"its volume is {Wording.Number(bytes / close.Bytes)} times that at the close");
        if (resolution == Resolution.TruePositive && after.Last > close.Through + UnixTime.DaySeconds) news.Add($"a contact on {Wording.Moment(after.Last)}, {Wording.Span(after.Last - close.Through)} after the close");
        return news.Count == 0 ? null : string.Join("; ", news);

        void Joined(IEnumerable<string> what)
        {
            var joined = what.Distinct(StringComparer.Ordinal).ToList();
            if (joined.Count > 0) news.Add($"{Wording.List(joined)} joined");
        }
    }

    private const int VolumeFactor = 10;

    /// <summary>Did addresses or members join?</summary>
    public static bool Grew(Finding before, Finding after) =>
        after.Addresses.Select(a => a.Address).Except(before.Addresses.Select(a => a.Address)).Any() || after.Members.Except(before.Members).Any();

    /// <summary>Of the vanished findings of a new finding's group the one that it supersedes: their spans overlap, so the start moved. The nearest start wins, then the smaller id.</summary>
    /// <returns>Its id; null = the finding is new.</returns>
    public static string? Superseded(Finding finding, IEnumerable<(string Id, long First, long Last)> vanished) => vanished
        .Where(v => v.First <= finding.Last && finding.First <= v.Last)
        .OrderBy(v => Math.Abs(v.First - finding.First)).ThenBy(v => v.Id, StringComparer.Ordinal).Select(v => v.Id).FirstOrDefault();
}
