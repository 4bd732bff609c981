using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Engine.Notifications;
using Wayward.Storage.Ingest;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Ingest;

/// <summary>Sources, the objects that they delivered with their states, and what to do about those that failed.</summary>
public partial class IngestPage
{
    private string _text = "";

    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private IngestService Service { get; set; } = default!;
    [Inject] private Configuration.HostingOptions Hosting { get; set; } = default!;
    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "state")] private string? State { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }
    [SupplyParameterFromQuery(Name = "object")] private long? Chosen { get; set; }

    private IngestView? View { get; set; }
    private SourceObjectState? StateChosen => Enum.TryParse(State, true, out SourceObjectState state) && Enum.IsDefined(state) ? state : null;
    /// <summary>What could not be read: set aside, or to be tried again. The overview counts these together.</summary>
    private bool Failed => State == "failed";
    private static readonly SourceObjectState[] FailedStates = [SourceObjectState.Quarantined, SourceObjectState.Retry];

    private string ProgressText
    {
        get
        {
            var progress = Service.Progress;
            if (progress.Idle)
            {
                long unread = View is null ? 0 : FailedStates.Sum(state => View.Counts.ByState.GetValueOrDefault(state));
                string read = unread == 0 ? "everything delivered has been read" : $"{Words.Count(unread, "object")} could not be read, the others have been";
                return progress.LastCommit is { } at ? $"{read}; last object {Words.Ago(at.ToUnixTimeSeconds(), Ui.Now)}" : read;
            }
            string rate = progress.RecordsPerSecond > 0 ? $", {Words.Count((long)progress.RecordsPerSecond)} records a second" : "";
            return $"reading: {Words.Count(progress.Done)} of {Words.Count(progress.Total, "object")}{rate}";
        }
    }

    protected override ChangeKinds Watches => ChangeKinds.Ingest | ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        IReadOnlyList<SourceObjectState> states = Failed ? FailedStates : StateChosen is { } state ? [state] : [];
        View = await Service.ReadAsync(states, string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(), Page ?? 1, cancellation);
    }

    /// <summary>The reason without the object's own path in front: the first column names the object, and a long path would push the reason out of sight.</summary>
    private static string? Cause(SourceObjectRow row)
    {
        if (row.Reason is not { } reason) return null;
        int at = reason.IndexOf(row.Key, StringComparison.Ordinal);
        if (at < 0 || reason.AsSpan(0, at).Contains(' ')) return reason;
        string rest = reason[(at + row.Key.Length)..].TrimStart(':', ' ', '"', '\'');
        return rest.Length == 0 ? reason : rest;
    }

    /// <summary>The end of a key tells objects apart; the whole key is on hover and in the detail.</summary>
    private static string FileName(string key)
    {
        string name = key[(key.LastIndexOf('/') + 1)..];
        return name.Length <= 100 ? name : "…" + name[^99..];
    }

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));

    private void Choose(long id) => Navigation.NavigateTo(Navigation.With(("object", id == Chosen ? null : id.ToString(CultureInfo.InvariantCulture))), replace: true);

    private async Task RetryAsync(SourceObjectRow row)
    {
        bool done = await Service.RetryAsync(row.ObjectId);
        Snackbar.Add(done ? "The object is back in the queue." : "The object is not in a state that can be retried any more.", MudBlazor.Severity.Normal);
        await ReloadAsync();
    }

    private string? PausedBy(string source) => View?.Known.FirstOrDefault(s => s.Name == source)?.PausedBy;

    private async Task PauseAsync(string source, bool paused)
    {
        bool done = await Service.PauseAsync(source, paused);
        Snackbar.Add(!done ? "Someone else changed this source first; the page shows its present state." : paused ? "The source is paused in every process until it is resumed." : "The source is read again.", MudBlazor.Severity.Normal);
        await ReloadAsync();
    }

    private async Task SkipAsync(SourceObjectRow row)
    {
        bool done = await Service.SkipAsync(row.ObjectId);
        Snackbar.Add(done ? "The object is set aside; retry brings it back." : "The object is not in a state that can be skipped any more.", MudBlazor.Severity.Normal);
        await ReloadAsync();
    }
}
