using MudBlazor;
using Wayward.Core.Detection;
using Wayward.Engine.Triage;
using Wayward.Web.Components.Expected;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Findings;

/// <summary>The actions that open a dialog first; the queue and the finding's page share them.</summary>
internal sealed class FindingDialogs(IDialogService dialogs, TriageActions actions, ExpectedService expected, Drafts drafts, PageScript script)
{
    public Task<ExpectedDraft> DraftAsync(Finding finding) => expected.DraftAsync(finding, CancellationToken.None);

    /// <summary>False when there is no such finding any more, or no rule was saved.</summary>
    public async Task<bool> ExpectAsync(string findingId) => await expected.FindingAsync(findingId, CancellationToken.None) is { } finding && await ExpectAsync(finding);

    public async Task<bool> ExpectAsync(Finding finding)
    {
        var draft = await DraftAsync(finding);
        var dialog = await dialogs.ShowAsync<ExpectDialog>("Mark the target expected", new DialogParameters<ExpectDialog> { { d => d.Draft, draft } });
        return await ResultAsync(dialog) is { Canceled: false };
    }

    public async Task<bool> CloseAsync(FindingRefs findings)
    {
        string draft = Drafts.Close(string.Join(',', findings.Revisions.Keys.Order(StringComparer.Ordinal).Take(3)));
        var dialog = await dialogs.ShowAsync<CloseDialog>("Close", new DialogParameters<CloseDialog> { { d => d.Number, findings.Revisions.Count }, { d => d.Comment, await drafts.ReadAsync(draft) }, { d => d.DraftKey, draft } });
        return await ResultAsync(dialog) is { Canceled: false, Data: CloseDialog.Decision decision } && await DoneAsync(draft, await actions.CloseAsync(findings, decision.Resolution, decision.Comment));
    }

    public async Task<bool> CommentAsync(string findingId)
    {
        string draft = Drafts.Comment(findingId);
        return await AskAsync("Comment on the finding", "Comment", "Add the comment", 4, await drafts.ReadAsync(draft), draft: draft) is { } text && await DoneAsync(draft, await actions.CommentAsync(findingId, text));
    }

    /// <summary>Typed text is dropped only when the action that it was for has succeeded.</summary>
    private async Task<bool> DoneAsync(string draft, bool succeeded)
    {
        if (succeeded) await drafts.DropAsync(draft);
        return succeeded;
    }

    public async Task<bool> AssignAsync(FindingRefs findings, string? current) =>
        await AskAsync("Assign", "To whom? Leave empty for nobody.", "Assign", 1, current ?? "", required: false) is { } name && await actions.AssignAsync(findings, name);

    private async Task<DialogResult?> ResultAsync(IDialogReference dialog)
    {
        var result = await dialog.Result;
        await script.CallAsync("giveBack");
        return result;
    }

    public async Task<string?> AskAsync(string title, string label, string verb, int lines, string text = "", bool required = true, string? help = null, string? draft = null)
    {
        var parameters = new DialogParameters<TextDialog>
        {
            { d => d.Title, title }, { d => d.Label, label }, { d => d.Verb, verb }, { d => d.Lines, lines }, { d => d.Text, text }, { d => d.Required, required }, { d => d.Help, help }, { d => d.DraftKey, draft },
        };
        var dialog = await dialogs.ShowAsync<TextDialog>(title, parameters);
        return await ResultAsync(dialog) is { Canceled: false, Data: string answer } ? answer : null;
    }
}
