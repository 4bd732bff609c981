using MudBlazor;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Web.Access;

namespace Wayward.Web.Components.Shared;

/// <summary>
/// The analyst's verbs as every page offers them: call the service, say what happened, offer undo beside it, and put conflicts into words.
/// </summary>
internal sealed class TriageActions(GuardedTriage triage, ISnackbar snackbar)
{
    /// <summary>An action that takes longer says that it waits: nobody should press a key again because nothing seems to happen.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private Snackbar? _told;

    /// <summary>The last action of this window, for the undo key.</summary>
    public long? LastAction { get; private set; }

    /// <summary>Findings that the last action left alone, because someone else had changed them since they were shown.</summary>
    public IReadOnlyList<string> Conflicts { get; private set; } = [];

    public Task<bool> AcknowledgeAsync(FindingRefs findings, string comment) =>
        DecideAsync(findings, done => $"Acknowledged {Named(done)}.", (some, token) => triage.AcknowledgeAsync(some, comment, token));

    public Task<bool> CloseAsync(FindingRefs findings, Resolution resolution, string comment) =>
        DecideAsync(findings, done => $"Closed {Named(done)}: {Words.Resolution(resolution).ToLowerInvariant()}.", (some, token) => triage.CloseAsync(some, resolution, comment, token));

    public Task<bool> ReopenAsync(FindingRefs findings, string comment) =>
        DecideAsync(findings, done => $"Reopened {Named(done)}.", (some, token) => triage.ReopenAsync(some, comment, token));

    public Task<bool> AssignAsync(FindingRefs findings, string assignee) =>
        DecideAsync(findings, done => assignee.Length == 0 ? $"{Capital(Named(done))} {(done.Revisions.Count == 1 ? "is" : "are")} no longer assigned." : $"Assigned {Named(done)} to {assignee}.", (some, token) => triage.AssignAsync(some, assignee, token));

    public Task<bool> CommentAsync(string findingId, string text) =>
        RunAsync("Comment added.", token => triage.CommentAsync(findingId, text, token));

    public Task<bool> ExpectAsync(ExpectedTarget rule, string? fromFindingId) => RunAsync(null, async token =>
    {
        var outcome = await triage.ExpectAsync(rule, fromFindingId, token);
        return (outcome.AuditId, $"Rule {outcome.Rule.Id} is in force; {Changed(outcome)}.");
    });

    public Task<bool> DeleteExpectedAsync(int ruleId, string reason) => RunAsync(null, async token =>
    {
        var outcome = await triage.DeleteExpectedAsync(ruleId, reason, token);
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
            var result = await ShowWaitAsync(triage.UndoAsync(action, CancellationToken.None));
            if (LastAction == action) LastAction = null;
            if (_told is not null) snackbar.Remove(_told);
            _told = null;
            snackbar.Add(Told(result), result.Left.Count > 0 ? MudBlazor.Severity.Warning : MudBlazor.Severity.Normal);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or KeyNotFoundException or AccessDeniedException or StorageUnavailableException)
        {
            snackbar.Add(exception.Message, MudBlazor.Severity.Error);
            return false;
        }
    }

    /// <summary>Decides all that nobody else has changed meanwhile. What was changed is left alone and listed in <see cref="Conflicts"/>.</summary>
    private Task<bool> DecideAsync(FindingRefs findings, Func<FindingRefs, string> done, Func<FindingRefs, CancellationToken, Task<long>> action) => RunAsync(null, async token =>
    {
        List<string> left = [];
        for (var some = findings; ;)
        {
            try
            {
                long audit = await action(some, token);
                Conflicts = left;
                return (audit, left.Count == 0 ? done(some) : $"{done(some)} {Words.Count(left.Count, "finding was", "findings were")} changed by someone else and left as {(left.Count == 1 ? "it is" : "they are")}.");
            }
            catch (TriageConflictException conflict) when (conflict.FindingIds.Count > 0 && some.Revisions.Count > conflict.FindingIds.Count)
            {
                left.AddRange(conflict.FindingIds);
                some = new(some.Revisions.Where(r => !left.Contains(r.Key)).ToDictionary());
            }
        }
    });

    private async Task<T> ShowWaitAsync<T>(Task<T> action)
    {
        if (await Task.WhenAny(action, Task.Delay(Patience)) == action) return await action;
        var waiting = snackbar.Add("Waiting for the database, which something else is writing to. Nothing is lost: this is saved as soon as it is free.", MudBlazor.Severity.Normal, options => options.RequireInteraction = true);
        try
        {
            return await action;
        }
        finally
        {
            if (waiting is not null) snackbar.Remove(waiting);
        }
    }

    private Task<bool> RunAsync(string? done, Func<CancellationToken, Task<long>> action) => RunAsync(done, async token => (await action(token), ""));

    /// <summary>Runs an action of any feature: says what it did with an offer to undo it, or why it did not.</summary>
    public async Task<bool> RunAsync(string? done, Func<CancellationToken, Task<(long, string)>> action)
    {
        try
        {
            Conflicts = [];
            // An action that was begun is finished, whatever page the analyst goes to meanwhile.
            var (audit, told) = await ShowWaitAsync(action(CancellationToken.None));
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
        catch (TriageConflictException conflict)
        {
            Conflicts = conflict.FindingIds;
            snackbar.Add("Someone else changed this finding first; nothing was written. The page now shows the change: look, then decide again.", MudBlazor.Severity.Warning);
            return false;
        }
        catch (Exception exception) when (exception is ArgumentException or AccessDeniedException)
        {
            snackbar.Add(Sentence(exception), MudBlazor.Severity.Error);
            return false;
        }
        catch (StorageUnavailableException exception)
        {
            snackbar.Add($"Not saved. {exception.Message}", MudBlazor.Severity.Error);
            return false;
        }
    }

    /// <summary>The message without the name of the parameter, which is for programmers.</summary>
    private static string Sentence(Exception exception) => exception is ArgumentException { ParamName: { } name } ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;

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
