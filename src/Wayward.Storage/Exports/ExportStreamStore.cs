using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Findings;
using Wayward.Storage.Model;

namespace Wayward.Storage.Exports;

/// <param name="Number">Of the file, from 1.</param>
/// <param name="Day">Whole days since 1970.</param>
/// <param name="Again">The file was begun before and not noted: it may exist.</param>
public sealed record ExportBatch(int Number, int Day, bool Again, IReadOnlyList<StoredFinding> Findings);

/// <summary>Which revision of each finding a consumer has had. One process at a time may serve a stream.</summary>
public interface IExportStreamStore
{
    /// <summary>Findings that the stream has not had in their present revision, as the next file; null when there are none.</summary>
    /// <exception cref="InvalidOperationException">The stream has another format.</exception>
    Task<ExportBatch?> BeginAsync(string stream, string format, FindingQuery query, int take, CancellationToken cancellation);
    /// <summary>Notes that the file is whole under its name.</summary>
    Task CompleteAsync(string stream, ExportBatch batch, CancellationToken cancellation);
}

/// <inheritdoc cref="IExportStreamStore"/>
internal sealed class ExportStreamStore(Database database) : IExportStreamStore
{
    public Task<ExportBatch?> BeginAsync(string stream, string format, FindingQuery query, int take, CancellationToken cancellation) => database.WriteAsync<ExportBatch?>(async (db, c) =>
    {
        var state = await db.ExportStreams.FirstOrDefaultAsync(s => s.Name == stream, c);
        if (state is not null && state.Format != format) throw new InvalidOperationException($"the stream {stream} is written as {state.Format}; give another --stream for {format}");
        var rows = await FindingQueries.Matching(db, query)
            .Where(f => !db.ExportedFindings.Any(e => e.Stream == stream && e.FindingId == f.Id && e.Revision == f.Revision))
            .OrderBy(f => f.First).ThenBy(f => f.Id).Take(take).AsNoTracking().ToListAsync(c);
        if (rows.Count == 0) return null;
        if (state is null) db.ExportStreams.Add(state = new() { Name = stream, Format = format });
        bool again = state.Pending;
        if (!again)
        {
            state.Batch++;
            state.Day = (int)(database.NowSeconds / 86_400);
            state.Pending = true;
        }
        await db.SaveChangesAsync(c);
        var ids = rows.Select(f => f.Id).ToList();
        var json = await db.FindingDocuments.Where(d => ids.Contains(d.FindingId)).ToDictionaryAsync(d => d.FindingId, d => d.Json, c);
        return new ExportBatch(state.Batch, state.Day, again, [.. rows.Select(f => FindingMapping.ToStored(f, json[f.Id], []))]);
    }, cancellation);

    public Task CompleteAsync(string stream, ExportBatch batch, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var ids = batch.Findings.Select(f => f.Finding.Id).ToList();
        var known = await db.ExportedFindings.Where(e => e.Stream == stream && ids.Contains(e.FindingId)).ToDictionaryAsync(e => e.FindingId, c);
        foreach (var finding in batch.Findings)
        {
            if (!known.TryGetValue(finding.Finding.Id, out var row)) db.ExportedFindings.Add(row = new() { Stream = stream, FindingId = finding.Finding.Id });
            row.Revision = finding.Revision;
        }
        var state = await db.ExportStreams.SingleAsync(s => s.Name == stream, c);
        state.Pending = false;
        await db.SaveChangesAsync(c);
        return 0;
    }, cancellation);
}
