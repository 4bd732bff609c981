using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Engine.Notifications;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Web.Components.Incidents;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Findings;

/// <summary>One finding: what, why new, evidence, decisions, and the panel to decide.</summary>
public partial class FindingPage
{
    private IDisposable? _keys;

    [Inject] private FindingsService Service { get; set; } = default!;
    [Inject] private FindingDialogs Dialogs { get; set; } = default!;
    [Inject] private IncidentDialogs Incidents { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private Shortcuts Shortcuts { get; set; } = default!;

    [Parameter] public string Id { get; set; } = "";

    private FindingView? View { get; set; }
    private Finding F => View!.Finding;

    protected override ChangeKinds Watches => ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Incidents;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys = Shortcuts.Subscribe(OnKeyAsync);
    }

    protected override async Task ReadAsync(CancellationToken cancellation) => View = await Service.FindAsync(Id, cancellation);

    private async Task<bool> OnKeyAsync(string key)
    {
        if (View is null) return false;
        var refs = View.Ref.Refs;
        switch (key)
        {
            case "a" when View.Stored.Status == FindingStatus.Open:
                await Actions.AcknowledgeAsync(refs, "");
                break;
            case "c" when View.Stored.Status.IsOpen():
                await Dialogs.CloseAsync(refs);
                break;
            case "e" when View.Stored.Status.IsOpen():
                await Dialogs.ExpectAsync(F);
                break;
            case "i":
                await GatherAsync();
                break;
            case "m":
                await Dialogs.CommentAsync(F.Id);
                break;
            case "u":
                await Actions.UndoLastAsync();
                break;
            default:
                return false;
        }
        await ReloadAsync();
        return true;
    }

    private async Task GatherAsync()
    {
        if (View!.Stored.IncidentId is { } id) Navigation.NavigateTo(Links.Incident(id));
        else if ((await Incidents.GatherAsync([F.Id])).Made is { } made) Navigation.NavigateTo(Links.Incident(made));
    }

    private void Cell((TimelineLane Lane, int Cell) at)
    {
        var timeline = View!.Timeline!;
        Navigation.NavigateTo(Links.Instance(timeline.Instance.Id, timeline.From, timeline.To, at.Lane.Destination) + "&cell=" + QueryTime.Write(timeline.CellStart(at.Cell)));
    }

    private void Brush((long From, long To) span) => Navigation.NavigateTo(Links.Instance(View!.Timeline!.Instance.Id, span.From, span.To));

    /// <summary>Comments and audit entries in one order of time, oldest first.</summary>
    private IEnumerable<(long At, RenderFragment Body)> Entries =>
        View!.Comments.Select(c => (c.At, Body: CommentBody(c)))
            .Concat(View.History.Where(h => h.Verb != "finding.comment").Select(h => (h.At, Body: EntryBody(h))))
            .OrderBy(e => e.At);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _keys?.Dispose();
        base.Dispose(disposing);
    }
}
