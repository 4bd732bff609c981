using MudBlazor;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;

namespace Wayward.Web.Components.Shared;

/// <summary>
/// The analyst's verbs as every page offers them: call the service, say what happened, offer undo beside it, and put conflicts into words.
/// </summary>
internal sealed class TriageActions(ITriageService triage, ISnackbar snackbar, Hosting.ICurrentAnalyst analyst)
{
    private Snackbar? _told;

    /// <summary>The last action of this window, for the undo key.</summary>
    public long? LastAction { get; private set; }

    public Task<bool> AcknowledgeAsync(FindingRefs findings, string comment) =>
        RunAsync($"Acknowledged {Named(findings)}.", token => triage.AcknowledgeAsync(findings, analyst.Name, comment, token));

    public Task<bool> CloseAsync(FindingRefs findings, Resolution resolution, string comment) =>
        RunAsync($"Closed {Named(findings)}: {Words.Resolution(resolution).ToLowerInvariant()}.", token => triage.CloseAsync(findings, resolution, analyst.Name, comment, token));

    public Task<bool> ReopenAsync(FindingRefs findings, string comment) =>
        RunAsync($"Reopened {Named(findings)}.", token => triage.ReopenAsync(findings, analyst.Name, comment, token));

    public Task<bool> AssignAsync(FindingRefs findings, string assignee) =>
        RunAsync(assignee.Length == 0 ? $"{Capital(Named(findings))} {(findings.Revisions.Count == 1 ? "is" : "are")} no longer assigned." : $"Assigned {Named(findings)} to {assignee}.", token => triage.AssignAsync(findings, assignee, analyst.Name, token));

    public Task<bool> CommentAsync(string findingId, string text) =>
        RunAsync("Comment added.", token => triage.CommentAsync(findingId, analyst.Name, text, token));

    public Task<bool> ExpectAsync(ExpectedTarget rule, string? fromFindingId) => RunAsync(null, async token =>
    {
        var outcome = await triage.ExpectAsync(rule, fromFindingId, analyst.Name, token);
        return (outcome.AuditId, $"Rule {outcome.Rule.Id} is in force; {Changed(outcome)}.");
    });

    public Task<bool> DeleteExpectedAsync(int ruleId, string reason) => RunAsync(null, async token =>
    {
        var outcome = await triage.DeleteExpectedAsync(ruleId, analyst.Name, reason, token);
        return (outcome.AuditId, $"Rule {ruleId} is withdrawn; {Changed(outcome)}.");
    });

    public async Task<bool> UndoLastAsync()
    {
        if (LastAction is not { } action)
        {
            snackbar.Add("You have done nothing in this window that can be undone. The audit page can undo earlier actions.", MudBlazor.Severity.Normal);
            return false;
        }
        return await UndoAsync(action);
    }

    public async Task<bool> UndoAsync(long action)
    {
        try
        {
            var result = await triage.UndoAsync(action, analyst.Name, CancellationToken.None);
            if (LastAction == action) LastAction = null;
            if (_told is not null) snackbar.Remove(_told);
            _told = null;
            snackbar.Add(Told(result), result.Left.Count > 0 ? MudBlazor.Severity.Warning : MudBlazor.Severity.Normal);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or KeyNotFoundException)
        {
            snackbar.Add(exception.Message, MudBlazor.Severity.Error);
            return false;
        }
    }

    private Task<bool> RunAsync(string? done, Func<CancellationToken, Task<long>> action) => RunAsync(done, async token => (await action(token), ""));

    private async Task<bool> RunAsync(string? done, Func<CancellationToken, Task<(long, string)>> action)
    {
        try
        {
            // An action that was begun is finished, whatever page the analyst goes to meanwhile.
            var (audit, told) = await action(CancellationToken.None);
            LastAction = audit;
            // One offer to undo, the newest: a row of them over the list would cover what is decided next.
            if (_told is not null) snackbar.Remove(_told);
            _told = snackbar.Add(done ?? told, MudBlazor.Severity.Normal, options =>
            {
                options.Action = "Undo";
                options.VisibleStateDuration = 9_000;
                options.OnClick = _ => UndoAsync(audit);
            });
            return true;
        }
        catch (TriageConflictException)
        {
            snackbar.Add("Someone else changed this finding first; nothing was written. The page now shows the change: look, then decide again.", MudBlazor.Severity.Warning);
            return false;
        }
        catch (ArgumentException exception)
        {
            snackbar.Add(exception.Message, MudBlazor.Severity.Error);
            return false;
        }
    }

    private static string Named(FindingRefs findings) => findings.Revisions.Count == 1 ? "the finding" : Words.Count(findings.Revisions.Count, "finding");

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Changed(ExpectedOutcome outcome) => (outcome.Closed.Count, outcome.Reopened.Count) switch
    {
        (0, 0) => "no finding changed",
        ( > 0, 0) => $"{Words.Count(outcome.Closed.Count, "finding")} closed",
        (0, _) => $"{Words.Count(outcome.Reopened.Count, "finding")} reopened",
        _ => $"{Words.Count(outcome.Closed.Count, "finding")} closed, {outcome.Reopened.Count} reopened",
    };

    private static string Told(UndoResult result) =>
        (result.Restored.Count, result.Left.Count) switch
        {
            (_, 0) => "Undone: everything is as it was before.",
            (0, var left) => $"Not undone: {Words.Count(left, "finding was", "findings were")} changed after your action.",
            (var restored, var left) => $"Undone for {Words.Count(restored, "finding")}. Not undone for {Words.Count(left)}: changed after your action.",
        };
}
