using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Wayward.Core.Incidents;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Shared;
using Wayward.Web.Reports;

namespace Wayward.Web.Components.Incidents;

/// <summary>One incident: narrative, merged timeline, findings, tasks, and the panel to work on it.</summary>
public partial class IncidentPage
{
    private const int MaxRows = 200, MaxEvents = 60;
    private IDisposable? _keys;
    private bool _writing, _conflict, _allEvents;
    private string _narrative = "", _task = "";
    /// <summary>The incident as it was when writing began: the revision that a save is checked against.</summary>
    private Incident? _began;
    private int? _read, _drafted;

    [Inject] private IncidentsService Service { get; set; } = default!;
    [Inject] private IncidentActions Actions { get; set; } = default!;
    [Inject] private IncidentDialogs Dialogs { get; set; } = default!;
    [Inject] private Drafts Kept { get; set; } = default!;
    [Inject] private Shortcuts Shortcuts { get; set; } = default!;
    [Inject] private PageScript Script { get; set; } = default!;

    [Parameter] public int Id { get; set; }
    /// <summary>A moment to mark in the timeline.</summary>
    [SupplyParameterFromQuery(Name = "at")] private string? At { get; set; }

    private IncidentView? View { get; set; }
    private Incident I => View!.Incident;
    private long? Moment => QueryTime.Read(At);
    private HashSet<string> Instances { get; set; } = [];
    private IReadOnlyList<IncidentEvent> Events => _allEvents || Moment is not null ? View!.Events : [.. View!.Events.Take(MaxEvents)];

    protected override ChangeKinds Watches => ChangeKinds.Incidents | ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys = Shortcuts.Subscribe(OnKeyAsync);
    }

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        var view = await Service.FindAsync(Id, cancellation);
        cancellation.ThrowIfCancellationRequested();
        View = view;
        Instances = view is null ? [] : view.Findings.Select(f => f.Subject.Id).ToHashSet(StringComparer.Ordinal);
        if (_read == Id) return;
        (_read, _writing, _conflict, _allEvents, _task) = (Id, false, false, false, "");
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // The browser keeps the drafts: before the page is interactive it cannot be asked.
        if (_drafted == Id || View is null) return;
        _drafted = Id;
        if (await Kept.ReadAsync(Drafts.Task(Id)) is not { Length: > 0 } draft || _task.Length > 0) return;
        _task = draft;
        StateHasChanged();
    }

    private async Task WriteAsync()
    {
        string draft = await Kept.ReadAsync(Drafts.Narrative(Id));
        (_writing, _conflict, _began, _narrative) = (true, false, I, draft.Length > 0 ? draft : I.Narrative);
        StateHasChanged();
        await Script.CallAsync("focusOn", "narrative");
    }

    private async Task StopWriting()
    {
        _writing = false;
        await Kept.DropAsync(Drafts.Narrative(Id));
    }

    private Task NarrativeKeyAsync(KeyboardEventArgs e) => e.Key == "Enter" && (e.CtrlKey || e.MetaKey) ? SaveNarrativeAsync() : Task.CompletedTask;

    private async Task SaveNarrativeAsync()
    {
        if (_narrative == I.Narrative)
        {
            await StopWriting();
            return;
        }
        bool saved = await Actions.EditAsync(_began ?? I, new() { Narrative = _narrative }, "Narrative saved.");
        if (saved) await StopWriting();
        await ReloadAsync();
        // What the other one wrote is now on the page; a second save is made in its knowledge.
        if (Actions.Conflict) (_conflict, _began) = (true, I);
    }

    private Task StatusAsync(IncidentStatus status) => DoneAsync(Actions.EditAsync(I, new() { Status = status }, $"Incident {Id}: {Words.Status(status).ToLowerInvariant()}."));

    private Task DetachAsync(string finding) => DoneAsync(Actions.DetachAsync(Id, finding));

    private async Task AddTaskAsync()
    {
        if (string.IsNullOrWhiteSpace(_task)) return;
        if (await Actions.AddTaskAsync(Id, _task))
        {
            _task = "";
            await Kept.DropAsync(Drafts.Task(Id));
        }
        await ReloadAsync();
    }

    private async Task DoneAsync(Task<bool> action)
    {
        await action;
        await ReloadAsync();
    }

    private async Task<bool> OnKeyAsync(string key)
    {
        if (View is null) return false;
        switch (key)
        {
            case "n" when !_writing:
                await WriteAsync();
                return true;
            case "u":
                await Actions.UndoLastAsync();
                await ReloadAsync();
                return true;
            default:
                return false;
        }
    }

    private bool IsMarked(IncidentEvent item) => Moment is { } moment && View!.Events.MinBy(e => Math.Abs(e.At - moment)) == item;

    private static string KindWord(IncidentEventKind kind) => kind switch
    {
        IncidentEventKind.FirstContact => "first contact",
        IncidentEventKind.LastContact => "last contact",
        IncidentEventKind.Detected => "detected",
        IncidentEventKind.Decision => "decision",
        _ => "incident",
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing) _keys?.Dispose();
        base.Dispose(disposing);
    }
}
