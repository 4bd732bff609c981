using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage.Maintenance;

/// <inheritdoc cref="IStorageMaintenance"/>
internal sealed class StorageMaintenance(Database database) : IStorageMaintenance
{
    /// <summary>Instances compacted in one transaction: ingest waits no longer than that takes.</summary>
    private const int InstancesAtOnce = 100;
    /// <summary>Days that one run may compact beyond what is compacted already. It runs daily, so a long backlog catches up thirty times as fast as it grows.</summary>
    private const int StepDays = 31;

    public async Task<MaintenanceResult> RunAsync(RetentionOptions retention, CancellationToken cancellation)
    {
        long cells = retention.CompactAfterDays == 0 ? 0 : await CompactAsync(retention.CompactAfterDays, cancellation);
        return new(cells, await SealAsync(cancellation));
    }

    private async Task<long> CompactAsync(int days, CancellationToken cancellation)
    {
        var (state, earliest, instances) = await database.SnapshotAsync(async (db, c) =>
            (await db.LedgerState.Select(s => new { s.MaxStart, s.CompactedBefore }).SingleAsync(c), await db.ContactHours.Select(h => (int?)h.Hour / 24).MinAsync(c),
            await db.Instances.OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(c)), cancellation);
        if (earliest is not { } first) return 0;
        // Never by the data's clock alone, and never more than a step at once: one record with a wrong date, or a clock that is wrong once, must not compact everything beyond undo.
        long newest = Math.Min(state.MaxStart, database.NowSeconds);
        int before = Math.Min(UnixTime.Day(newest) - days, Math.Max(state.CompactedBefore, first) + StepDays);
        if (before <= Math.Max(first, state.CompactedBefore)) return 0;
        long compacted = 0;
        foreach (var chunk in instances.Chunk(InstancesAtOnce))
            compacted += await database.WriteAsync((db, c) => DayCompaction.RunAsync(db, database.Dialect, chunk, before, c), cancellation, WriteScope.Ledger);
        await database.WriteAsync((db, c) => db.LedgerState.ExecuteUpdateAsync(s => s.SetProperty(x => x.CompactedBefore, before), c), cancellation, WriteScope.Ledger);
        return compacted;
    }

    /// <summary>
    /// First empty checksums, then the computation, then the values: a commit meanwhile deletes the rows of the days that it writes to, and only the rows that are left are filled in.
    /// </summary>
    private async Task<int> SealAsync(CancellationToken cancellation)
    {
        await database.WriteAsync(async (db, c) =>
        {
            // The last two days are still being written: their checksums would be deleted at once.
            int before = UnixTime.Day((await db.LedgerState.AsNoTracking().SingleAsync(c)).MaxStart) - 1;
            var known = db.DayChecksums.Select(d => d.Day);
            var missing = await db.CoverageDays.Select(d => d.Day).Union(db.ContactHours.Select(h => h.Hour / 24)).Where(d => d < before && !known.Contains(d)).Distinct().ToListAsync(c);
            db.DayChecksums.AddRange(missing.Select(d => new DayChecksumEntity { Day = d }));
            return await db.SaveChangesAsync(c);
        }, cancellation, WriteScope.Ledger);
        var computed = (await database.SnapshotAsync(ChecksumsAsync, cancellation)).ToDictionary(d => d.Day);
        return await database.WriteAsync(async (db, c) =>
        {
            var open = await db.DayChecksums.Where(d => d.Checksum == "").ToListAsync(c);
            foreach (var day in open.Where(d => computed.ContainsKey(d.Day))) (day.Rows, day.Checksum) = (computed[day.Day].Rows, computed[day.Day].Checksum);
            return await db.SaveChangesAsync(c);
        }, cancellation, WriteScope.Ledger);
    }

    private Task<List<DayChecksum>> ChecksumsAsync(WaywardDbContext db, CancellationToken cancellation) =>
        DayChecksums.ComputeAsync(db, receive => database.Dialect.ReadCells(db.Database.GetDbConnection(), CellSelection.All, receive, cancellation), cancellation);

    public Task<VerifyReport> VerifyAsync(CancellationToken cancellation) => database.SnapshotAsync(async (db, c) =>
    {
        var problems = new List<string>(await database.Dialect.CheckIntegrityAsync(db, c));
        if (await EmptinessAsync(db, c) is { } empty) problems.Add(empty + " If it had data, restore a backup (wayward restore).");
        var (changed, audit) = await new TriageCheck(db).RunAsync(c);
        problems.AddRange(changed);
        var known = await db.DayChecksums.AsNoTracking().Where(d => d.Checksum != "").OrderBy(d => d.Day).ToListAsync(c);
        var computed = await ChecksumsAsync(db, c);
        problems.AddRange(Differences(known.Select(d => new DayChecksum(d.Day, d.Rows, d.Checksum)), computed));
        return new VerifyReport(problems, known.Count, computed.Sum(d => d.Rows), audit);
    }, cancellation);

    /// <summary>A database that was replaced by a new one, or whose tables were emptied, has nothing that a checksum could differ from.</summary>
    private static async Task<string?> EmptinessAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        bool objects = await db.SourceObjects.AnyAsync(cancellation);
        if (await db.LedgerState.SingleOrDefaultAsync(cancellation) is not { } state) return "The row that counts the commits is missing.";
        if (state.CommitNumber == 0) return objects ? null : "The database is empty: nothing was ever read into it.";
        if (!objects) return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The ledger of objects is empty after {state.CommitNumber} commits.");
        return state.MaxStart > 0 && !await db.CoverageDays.AnyAsync(cancellation) ? "There are objects that were read, and no record of what they covered." : null;
    }

    /// <summary>Days that should be as stated and are not.</summary>
    public static IEnumerable<string> Differences(IEnumerable<DayChecksum> stated, IReadOnlyList<DayChecksum> computed)
    {
        var present = computed.ToDictionary(d => d.Day);
        foreach (var day in stated)
        {
            if (present.GetValueOrDefault(day.Day) == day) continue;
            string date = DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + day.Day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The contacts of {date} are not what was written: {present.GetValueOrDefault(day.Day)?.Rows ?? 0} rows, {day.Rows} expected, with another checksum.");
        }
    }

    public Task<BackupManifest> BackupAsync(string file, CancellationToken cancellation) => Task.Run(() => database.Dialect.BackupAsync(file, database.Time, cancellation), cancellation);
}
