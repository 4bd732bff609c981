using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Storage;
using Wayward.Storage.Ingest;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Ingest;

/// <summary>The part of the Ingest page about backfills. It reads and writes rows of the store, so it works whichever process reads the source.</summary>
public partial class BackfillPanel
{
    private IReadOnlyList<BackfillRow> _rows = [];
    private IReadOnlyList<KnownSource> _listable = [];
    private string _source = "", _prefix = "";
    private DateOnly? _from, _to;
    private string _order = "oldest";
    private bool _busy;
    private string? _fault;

    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private IngestService Service { get; set; } = default!;
    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    /// <summary>What the page read from the store.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<KnownSource> Sources { get; set; } = [];

    /// <inheritdoc cref="Sources"/>
    [Parameter, EditorRequired] public IReadOnlyList<BackfillRow> Rows { get; set; } = [];

    /// <summary>Something was written: the page reads again.</summary>
    [Parameter] public EventCallback Written { get; set; }

    protected override void OnParametersSet()
    {
        _rows = Rows;
        _listable = [.. Sources.Where(s => s.CanList)];
        if (_listable.All(s => s.Name != _source)) _source = _listable.Count > 0 ? _listable[0].Name : "";
    }

    private Task AskAsync()
    {
        var range = new BackfillRange(_source, _from, _to, _prefix.Trim(), _order == "newest");
        _fault = range.Fault();
        return _fault is not null ? Task.CompletedTask : WriteAsync(async () => $"Dry run {await Service.RequestDryRunAsync(range)} is requested.");
    }

    private Task ApplyAsync(BackfillRow row, BackfillVerb verb) => WriteAsync(async () => await Service.ApplyAsync(row.Id, verb)
        ? verb switch
        {
            BackfillVerb.Start => $"Backfill {row.Id} is started.",
            BackfillVerb.Pause => $"Backfill {row.Id} is paused.",
            BackfillVerb.Resume => $"Backfill {row.Id} continues.",
            _ when row.State is BackfillState.Surveying or BackfillState.Surveyed => $"Dry run {row.Id} is discarded.",
            _ => $"Backfill {row.Id} is cancelled; objects that were waiting are listed as skipped and can be retried.",
        }
        : $"Backfill {row.Id} is no longer in a state for that.");

    private async Task WriteAsync(Func<Task<string>> write)
    {
        _busy = true;
        try
        {
            Snackbar.Add(await write(), MudBlazor.Severity.Normal);
        }
        catch (StorageUnavailableException e)
        {
            Snackbar.Add(Core.Text.SafeText.Plain(e.Message, 500), MudBlazor.Severity.Error);
        }
        finally
        {
            _busy = false;
        }
        await Written.InvokeAsync();
    }

    private static IEnumerable<(BackfillVerb Verb, string Label)> Verbs(BackfillState state) => state switch
    {
        BackfillState.Surveying => [(BackfillVerb.Start, "Start without waiting"), (BackfillVerb.Cancel, "Discard")],
        BackfillState.Surveyed => [(BackfillVerb.Start, "Start"), (BackfillVerb.Cancel, "Discard")],
        BackfillState.Running => [(BackfillVerb.Pause, "Pause"), (BackfillVerb.Cancel, "Cancel")],
        BackfillState.Paused => [(BackfillVerb.Resume, "Resume"), (BackfillVerb.Cancel, "Cancel")],
        _ => [],
    };

    private string State(BackfillRow row) => row switch
    {
        { Active: true } when Sources.FirstOrDefault(s => s.Name == row.Range.Source) is { PausedBy: not null } => "Source is paused",
        { Active: true, Leased: false } => "Waits for a process that reads this source",
        { State: BackfillState.Surveying } => "Dry run",
        { State: BackfillState.Surveyed } => "Dry run ended",
        { State: BackfillState.Running, Listed: false } => "Listing and reading",
        { State: BackfillState.Running } => "Reading",
        _ => row.State.ToString(),
    };

    private static string Progress(BackfillRow row)
    {
        string of = row.AtRest && row.StartedAt is null ? "" : $"{Words.Count(row.Settled)} of {Words.Count(row.Objects, "object")}{(row.Listed || row.AtRest ? "" : " so far")}, {Words.Bytes(row.Bytes)}";
        return row.Quarantined > 0 ? $"{of}; {Words.Count(row.Quarantined)} quarantined" : of;
    }

    private static string Days(BackfillRange range) => (range.From, range.To) switch
    {
        (null, null) => "all days",
        ({ } from, null) => $"from {Day(from)}",
        (null, { } to) => $"until {Day(to)}",
        ({ } from, { } to) => from == to ? Day(from) : $"{Day(from)} to {Day(to)}",
    };

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
