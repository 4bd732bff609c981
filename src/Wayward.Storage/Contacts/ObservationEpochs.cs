using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Where each instance's present observation epoch begins depends on H; when H is another than the rows were made with, they are made anew from the coverage.</summary>
internal static class ObservationEpochs
{
    public static async Task RefreshAsync(WaywardDbContext db, long historyWindow, CancellationToken cancellation)
    {
        if (await db.LedgerState.Select(s => s.HistoryWindow).SingleAsync(cancellation) == historyWindow) return;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var instances = await db.Instances.ToDictionaryAsync(i => i.Id, cancellation);
        var ends = new Dictionary<int, long>();
        await foreach (var day in db.CoverageDays.AsNoTracking().OrderBy(d => d.InstanceId).ThenBy(d => d.Day).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            bool known = ends.TryGetValue(day.InstanceId, out long end);
            if (!known || day.FirstStart - end > historyWindow) instances[day.InstanceId].ObservedSince = day.FirstStart;
            ends[day.InstanceId] = Math.Max(end, day.LastEnd);
        }
        await db.SaveChangesAsync(cancellation);
        await db.LedgerState.ExecuteUpdateAsync(s => s.SetProperty(x => x.HistoryWindow, historyWindow), cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
