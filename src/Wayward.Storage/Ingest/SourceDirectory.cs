using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="ISourceDirectory"/>
internal sealed class SourceDirectory(Database database) : ISourceDirectory
{
    public Task AnnounceAsync(IReadOnlyList<(string Name, bool CanList)> sources, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        long now = database.NowSeconds;
        foreach (var (name, canList) in sources)
        {
            if (await db.Sources.Where(s => s.Name == name).ExecuteUpdateAsync(s => s.SetProperty(x => x.PresentAt, now).SetProperty(x => x.CanList, canList), c) == 0)
                db.Sources.Add(new SourceEntity { Name = name, CanList = canList, PresentAt = now });
        }
        return await db.SaveChangesAsync(c);
    }, cancellation);

    public Task<IReadOnlyList<KnownSource>> ListAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<KnownSource>>(
        async (db, c) => await db.Sources.OrderBy(s => s.Name).Select(s => new KnownSource(s.Name, s.CanList, s.PresentAt, s.PausedBy, s.PausedAt)).ToListAsync(c), cancellation);

    public Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        if (await db.Sources.FirstOrDefaultAsync(s => s.Name == source, c) is not { } row || row.PausedBy is not null == paused) return false;
        row.PausedBy = paused ? actor : null;
        row.PausedAt = paused ? database.NowSeconds : null;
        await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, paused ? "source.pause" : "source.resume", source, paused ? $"Paused {source}" : $"Resumed {source}", null, null, []), c);
        return true;
    }, cancellation);
}
