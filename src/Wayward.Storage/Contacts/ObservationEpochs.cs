using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
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
        var (of, epoch) = (0, new ObservationEpoch(historyWindow));
        await foreach (var day in db.CoverageDays.AsNoTracking().OrderBy(d => d.InstanceId).ThenBy(d => d.Day).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (day.InstanceId != of) (of, epoch) = (day.InstanceId, new ObservationEpoch(historyWindow));
            epoch.Add(day.FirstStart, day.LastEnd);
            instances[day.InstanceId].ObservedSince = epoch.Start;
        }
        await db.SaveChangesAsync(cancellation);
        await db.LedgerState.ExecuteUpdateAsync(s => s.SetProperty(x => x.HistoryWindow, historyWindow), cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
