using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Engine.Notifications;
using Wayward.Engine.Pipeline;
using Wayward.Storage.Ingest;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Ingest;

/// <summary>What the sources have delivered, what became of it, and what to do about what failed.</summary>
public partial class IngestPage
{
    private const int PageSize = 50;
    private string _text = "";
    private IReadOnlyList<SourceObjectRow> _objects = [];
    private int _total;
    private IReadOnlyList<KnownSource> _known = [];
    private IReadOnlyList<BackfillRow> _backfills = [];

    [Inject] private ISourceObjectStore Objects { get; set; } = default!;
    [Inject] private IBackfillStore Backfills { get; set; } = default!;
    [Inject] private ISourceDirectory Directory { get; set; } = default!;
    [Inject] private IIngestControl Control { get; set; } = default!;
    [Inject] private Configuration.HostingOptions Hosting { get; set; } = default!;
    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "state")] private string? State { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }
    [SupplyParameterFromQuery(Name = "object")] private long? Chosen { get; set; }

    private IngestCounts? Counts { get; set; }
    private SourceObjectState? StateChosen => Enum.TryParse(State, true, out SourceObjectState state) && Enum.IsDefined(state) ? state : null;
    private int PageNumber => Page is > 1 ? Page.Value : 1;

    private string ProgressText
    {
        get
        {
            var progress = Control.Progress;
            if (progress.Idle) return progress.LastCommit is { } at ? $"caught up; last object {Words.Ago(at.ToUnixTimeSeconds(), Ui.Now)}" : "caught up";
            string rate = progress.RecordsPerSecond > 0 ? $", {Words.Count((long)progress.RecordsPerSecond)} records a second" : "";
            return $"reading: {Words.Count(progress.Done)} of {Words.Count(progress.Total, "object")}{rate}";
        }
    }

    protected override ChangeKinds Watches => ChangeKinds.Ingest | ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        Counts = await Objects.CountAsync(cancellation);
        _known = await Directory.ListAsync(cancellation);
        _backfills = await BackfillPanel.ReadAsync(Backfills, cancellation);
        (_objects, _total) = await Objects.QueryAsync(StateChosen is { } state ? [state] : [], string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(), (PageNumber - 1) * PageSize, PageSize, cancellation);
    }

    /// <summary>The end of a key tells objects apart; the whole of it is on hover and in the detail.</summary>
    /// <summary>The reason without the object's own path in front: the first column names it, and what counts must not stand behind it, cut off.</summary>
    private static string? Cause(SourceObjectRow row)
    {
        if (row.Reason is not { } reason) return null;
        int at = reason.IndexOf(row.Key, StringComparison.Ordinal);
        if (at < 0 || reason.AsSpan(0, at).Contains(' ')) return reason;
        string rest = reason[(at + row.Key.Length)..].TrimStart(':', ' ', '"', '\'');
        return rest.Length == 0 ? reason : rest;
    }

    private static string FileName(string key)
    {
        string name = key[(key.LastIndexOf('/') + 1)..];
        return name.Length <= 100 ? name : "…" + name[^99..];
    }

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));

    private void Choose(long id) => Navigation.NavigateTo(Navigation.With(("object", id == Chosen ? null : id.ToString(CultureInfo.InvariantCulture))), replace: true);

    private async Task RetryAsync(SourceObjectRow row)
    {
        bool done = await Control.RetryAsync(row.ObjectId, Analyst.Name, CancellationToken.None);
        Snackbar.Add(done ? "The object is back in the queue." : "The object is not in a state that can be retried any more.", MudBlazor.Severity.Normal);
        await ReloadAsync();
    }

    private string? PausedBy(string source) => _known.FirstOrDefault(s => s.Name == source)?.PausedBy;

    private async Task PauseAsync(string source, bool paused)
    {
        bool done = await Control.PauseAsync(source, paused, Analyst.Name, CancellationToken.None);
        Snackbar.Add(!done ? "Someone else was quicker; the page shows how it is now." : paused ? "The source is paused, in every process, until somebody resumes it." : "The source is read again.", MudBlazor.Severity.Normal);
        await ReloadAsync();
    }

    private async Task SkipAsync(SourceObjectRow row)
    {
        bool done = await Control.SkipAsync(row.ObjectId, Analyst.Name, CancellationToken.None);
        Snackbar.Add(done ? "The object is set aside; retry brings it back." : "The object is not in a state that can be skipped any more.", MudBlazor.Severity.Normal);
        await ReloadAsync();
    }
}
