using Wayward.Engine.Notifications;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;
using Wayward.Web.Access;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Ingest;

/// <summary>What the Ingest page shows.</summary>
/// <param name="Known">Sources that any process has announced.</param>
/// <param name="Number">The page of objects that was read.</param>
internal sealed record IngestView(
    IngestCounts Counts, IReadOnlyList<KnownSource> Known, IReadOnlyList<BackfillRow> Backfills, IReadOnlyList<SourceObjectRow> Objects, int Total, int Number);

/// <summary>Reads sources, objects and backfills, and passes on what the analyst asks for.</summary>
internal sealed class IngestService(
    ISourceObjectStore objects, IBackfillStore backfills, ISourceDirectory directory, IIngestControl control, IChangeNotifier changes, ICurrentAnalyst analyst)
{
    public const int PageSize = 50;
    private const int BackfillsShown = 10;

    /// <summary>Sources that this process reads.</summary>
    public IReadOnlyList<SourceStatus> Sources => control.Sources;

    public IngestProgress Progress => control.Progress;

    public async Task<IngestView> ReadAsync(IReadOnlyList<SourceObjectState> states, string? text, int page, CancellationToken cancellation)
    {
        var counts = await objects.CountAsync(cancellation);
        var known = await directory.ListAsync(cancellation);
        var rows = await backfills.ListAsync(BackfillsShown, cancellation);
        var (read, number) = await Paging.ReadAsync(page, PageSize, skip => objects.QueryAsync(states, text, skip, PageSize, cancellation), r => (r.Rows.Count, r.Total));
        return new(counts, known, rows, read.Rows, read.Total, number);
    }

    public async Task ScanNowAsync()
    {
        await analyst.RequireAsync(Permission.Operate);
        control.ScanNow();
    }

    public async Task<bool> RetryAsync(long objectId)
    {
        await analyst.RequireAsync(Permission.Operate);
        return await control.RetryAsync(objectId, analyst.Name, CancellationToken.None);
    }

    public async Task<bool> SkipAsync(long objectId)
    {
        await analyst.RequireAsync(Permission.Operate);
        return await control.SkipAsync(objectId, analyst.Name, CancellationToken.None);
    }

    /// <returns>False when somebody else did it first.</returns>
    public async Task<bool> PauseAsync(string source, bool paused)
    {
        await analyst.RequireAsync(Permission.Operate);
        return await control.PauseAsync(source, paused, analyst.Name, CancellationToken.None);
    }

    /// <returns>The number of the dry run.</returns>
    public async Task<int> RequestDryRunAsync(BackfillRange range)
    {
        await analyst.RequireAsync(Permission.Operate);
        var row = await backfills.RequestAsync(range, survey: true, analyst.Name, CancellationToken.None);
        changes.Publish(ChangeKinds.Ingest);
        return row.Id;
    }

    /// <returns>False when the backfill is no longer in a state for the verb.</returns>
    public async Task<bool> ApplyAsync(int backfill, BackfillVerb verb)
    {
        await analyst.RequireAsync(Permission.Operate);
        bool done = await backfills.ApplyAsync(backfill, verb, analyst.Name, CancellationToken.None);
        changes.Publish(ChangeKinds.Ingest);
        return done;
    }
}
