using Microsoft.AspNetCore.Components;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Notifications;
using Wayward.Engine.Triage;
using Wayward.Storage.Findings;
using Wayward.Web.Components.Incidents;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Findings;

/// <summary>The queue: list, reasoning beside it, verbs by key and button, selection for many at once.</summary>
public partial class FindingsPage
{
    private readonly Dictionary<string, int> _picked = [];
    /// <summary>The filters that the selection was made by; null = row by row.</summary>
    private FindingsState? _pickedBy;
    private IDisposable? _keys;
    private string _text = "";
    private string? _pending;
    private HashSet<string> _conflicts = [];
    private string _said = "";
    private FindingsState? _read;

    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private FindingsService Service { get; set; } = default!;
    [Inject] private FindingDialogs Dialogs { get; set; } = default!;
    [Inject] private IncidentDialogs Incidents { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private Shortcuts Shortcuts { get; set; } = default!;
    [Inject] private PageScript Script { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "show")] private string? Show { get; set; }
    [SupplyParameterFromQuery(Name = "severity")] private string? Severity { get; set; }
    [SupplyParameterFromQuery(Name = "transport")] private string? Transport { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Query { get; set; }
    [SupplyParameterFromQuery(Name = "assignee")] private string? Assignee { get; set; }
    [SupplyParameterFromQuery(Name = "provider")] private string? Provider { get; set; }
    [SupplyParameterFromQuery(Name = "nobody")] private string? Nobody { get; set; }
    [SupplyParameterFromQuery(Name = "incident")] private int? Incident { get; set; }
    [SupplyParameterFromQuery(Name = "below")] private string? Below { get; set; }
    [SupplyParameterFromQuery(Name = "from")] private string? From { get; set; }
    [SupplyParameterFromQuery(Name = "to")] private string? To { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "dir")] private string? Direction { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }
    [SupplyParameterFromQuery(Name = "sel")] private string? Selected { get; set; }

    private FindingsState State { get; set; } = new();
    private FindingsView? View { get; set; }
    private FindingView? Reasoning { get; set; }
    /// <summary>The row that the next verb is about: the one just moved to, even while its reasoning is still being read.</summary>
    private string? SelectedId => _pending ?? Reasoning?.Finding.Id;

    protected override ChangeKinds Watches => ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Incidents;

    private IEnumerable<(string Show, string Word, int Count)> Shows
    {
        get
        {
            foreach (var (show, word) in ((string, string)[])[("open", "Open"), ("acknowledged", "Acknowledged"), ("closed", "Closed"), ("expected", "Expected"), ("withdrawn", "Withdrawn"), ("all", "All")])
                yield return (show, word, View!.CountOf(State with { Show = show }));
        }
    }

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys = Shortcuts.Subscribe(OnKeyAsync);
    }

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        State = FindingsState.Read(Show, Severity, Transport, Query, Assignee, Provider, Below, From, To, Sort, Direction, Page) with { Incident = Incident, Unassigned = Nobody == "1" };
        _text = State.Text ?? "";
        var view = await Service.QueueAsync(State, cancellation);
        var rows = view.Page.Rows;
        // The selection stays with the finding. When it has been decided and left the list, the one that moved up into its place takes over, so that a queue is
        // worked through from where one is; another filter or page begins at its first row.
        int place = View is not null && State == _read ? View.Page.Rows.ToList().FindIndex(r => r.Id == SelectedId) : 0;
        string? pending = _pending;
        bool arrived = Selected == pending || rows.All(r => r.Id != pending);
        string? id = new[] { arrived ? null : pending, Selected, Reasoning?.Finding.Id }.FirstOrDefault(wanted => rows.Any(r => r.Id == wanted)) ?? (rows.Count > 0 ? rows[Math.Clamp(place, 0, rows.Count - 1)].Id : null);
        var reasoning = id is null ? null : await Service.ReasoningAsync(id, cancellation);
        // What was selected by the filters reaches beyond the page, as long as the filters are the same.
        if (_pickedBy is null || _pickedBy with { Page = State.Page } != State)
        {
            foreach (string gone in _picked.Keys.Except(rows.Select(r => r.Id)).ToList()) _picked.Remove(gone);
            _pickedBy = null;
        }
        // What is decided is what is shown: the revision of a row that somebody changed is the one now on the page.
        foreach (var row in rows.Where(r => _picked.ContainsKey(r.Id))) _picked[row.Id] = row.Revision;
        // A read that gave up must not lay an older state over a newer one.
        cancellation.ThrowIfCancellationRequested();
        // Not before its reasoning stands beside the list: until then a verb would be about the row that was left.
        if (arrived && _pending == pending) _pending = null;
        (View, Reasoning, _read) = (view, reasoning, State);
    }

    private void Choose(string id)
    {
        _pending = id;
        Navigation.NavigateTo(Navigation.With(("sel", id)), replace: true);
    }

    private void Open(string id) => Navigation.NavigateTo(Links.Finding(id));

    private void FilterText() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));

    private void Pick(FindingRow row)
    {
        if (!_picked.Remove(row.Id)) _picked[row.Id] = row.Revision;
    }

    private void ClearPicked()
    {
        _picked.Clear();
        _pickedBy = null;
        _conflicts = [];
    }

    private void PickAll(ChangeEventArgs e)
    {
        _picked.Clear();
        if (e.Value is true)
            foreach (var row in View!.Page.Rows) _picked[row.Id] = row.Revision;
    }

    /// <summary>All rows of the page are selected, and the filters match more.</summary>
    private bool MorePickable => _pickedBy is null && View!.Page.Total > View.Page.Rows.Count && View.Page.Rows.All(r => _picked.ContainsKey(r.Id));

    private async Task PickMatchingAsync()
    {
        foreach (var (id, revision) in await Service.MatchingAsync(State, CancellationToken.None)) _picked[id] = revision;
        _pickedBy = State;
    }

    private async Task TakeAsync()
    {
        if (_picked.Count > 0) await FinishAsync(await Actions.AssignAsync(Picked, Analyst.Name));
        else if (View!.Page.Rows.FirstOrDefault(r => r.Id == SelectedId) is { } row) await FinishAsync(await Actions.AssignAsync(FindingRefs.One(row.Id, row.Revision), Analyst.Name));
    }

    private FindingRefs Picked => new(new Dictionary<string, int>(_picked));

    private async Task BulkAcknowledgeAsync() => await FinishAsync(await Actions.AcknowledgeAsync(Picked, ""));

    private async Task BulkCloseAsync() => await FinishAsync(await Dialogs.CloseAsync(Picked));

    private async Task BulkAssignAsync() => await FinishAsync(await Dialogs.AssignAsync(Picked, null));

    /// <summary>The picked findings, else the selected one, into an incident. A new incident is opened: its narrative is written next.</summary>
    private async Task GatherAsync()
    {
        IReadOnlyCollection<string> findings = _picked.Count > 0 ? [.. _picked.Keys] : SelectedId is { } id ? [id] : [];
        if (findings.Count == 0) return;
        var gathered = await Incidents.GatherAsync(findings);
        if (!gathered.Done) return;
        ClearPicked();
        if (gathered.Made is { } made) Navigation.NavigateTo(Links.Incident(made));
        else await ReloadAsync();
    }

    private async Task FinishAsync(bool done)
    {
        // Rows that somebody else changed stay selected and say so; the others are done.
        _conflicts = [.. Actions.Conflicts];
        if (done)
            foreach (string id in _picked.Keys.Except(_conflicts).ToList()) _picked.Remove(id);
        if (_picked.Count == 0) _pickedBy = null;
        await ReloadAsync();
    }

    private async Task<bool> OnKeyAsync(string key)
    {
        if (View is null) return false;
        switch (key)
        {
            case "j" or "k":
                await StepAsync(key == "j" ? 1 : -1);
                return true;
            case "Enter" when SelectedId is { } id:
                Open(id);
                return true;
            case "x" when View.Page.Rows.FirstOrDefault(r => r.Id == SelectedId) is { } row:
                Pick(row);
                StateHasChanged();
                return true;
            case "o":
                await TakeAsync();
                return true;
            case "i":
                await GatherAsync();
                return true;
            case "a" or "c" when _picked.Count > 0:
                if (key == "a") await BulkAcknowledgeAsync();
                else await BulkCloseAsync();
                return true;
            case "a" or "c" or "e" or "m":
                await VerbAsync(key);
                return true;
            case "u":
                await Actions.UndoLastAsync();
                await ReloadAsync();
                return true;
            default:
                return false;
        }
    }

    private async Task StepAsync(int step)
    {
        var rows = View!.Page.Rows;
        if (rows.Count == 0) return;
        int at = rows.ToList().FindIndex(r => r.Id == SelectedId);
        int to = Math.Clamp(at + step, 0, rows.Count - 1);
        var row = rows[to];
        string id = row.Id;
        _said = $"{to + 1} of {rows.Count}: {Core.Text.SafeText.Plain(Words.Subject(row.Subject, row.InstanceName), 60)} to {Words.Operator(row)} {row.Address}, {row.Transport.Name()}, severity {Words.Band(SeverityBands.Of(row.Severity)).ToLowerInvariant()}, {Words.Status(row.Status).ToLowerInvariant()}";
        Choose(id);
        await Script.CallAsync("reveal", "row-" + id);
    }

    private async Task VerbAsync(string key)
    {
        // Keys can be faster than the reading: a verb is never about the row that was left.
        var view = SelectedId == Reasoning?.Finding.Id ? Reasoning : SelectedId is { } id ? await Service.ReasoningAsync(id, CancellationToken.None) : null;
        if (view is null) return;
        var refs = view.Ref.Refs;
        bool open = view.Stored.Status.IsOpen();
        switch (key)
        {
            case "a" when view.Stored.Status == FindingStatus.Open:
                await Actions.AcknowledgeAsync(refs, "");
                break;
            case "c" when open:
                await Dialogs.CloseAsync(refs);
                break;
            case "e" when open:
                await Dialogs.ExpectAsync(view.Finding);
                break;
            case "m":
                await Dialogs.CommentAsync(view.Finding.Id);
                break;
            default:
                return;
        }
        await ReloadAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _keys?.Dispose();
        base.Dispose(disposing);
    }
}
