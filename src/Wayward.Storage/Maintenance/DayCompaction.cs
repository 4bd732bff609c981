using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage.Maintenance;

/// <summary>
/// Folds the hour cells of a day into one cell at the day's first hour. First and last contact stay to the second, and H is at least a day, so episodes stay what they
/// are; what is lost is the hour pattern within the day and the answer minutes, which belong to an hour.
/// </summary>
internal static class DayCompaction
{
    private const int HoursPerDay = 24;

    /// <param name="before">Days since the epoch.</param>
    /// <returns>Cells that were folded into others.</returns>
    public static async Task<long> RunAsync(WaywardDbContext db, IReadOnlyCollection<int> instances, int before, CancellationToken cancellation)
    {
        var ids = instances.ToList();
        int beforeHour = before * HoursPerDay;
        var old = await db.ContactHours.AsNoTracking().Where(h => ids.Contains(h.InstanceId) && h.Hour < beforeHour).ToListAsync(cancellation);
        var days = old.GroupBy(h => (h.InstanceId, h.EndpointId, Day: h.Hour / HoursPerDay)).Where(d => d.Count() > 1 || d.First().Hour % HoursPerDay != 0).ToList();
        if (days.Count == 0) return 0;
        long folded = 0;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var day in days)
        {
            var (instance, endpoint, number) = day.Key;
            int from = number * HoursPerDay, to = from + HoursPerDay;
            await db.ContactHours.Where(h => h.InstanceId == instance && h.EndpointId == endpoint && h.Hour >= from && h.Hour < to).ExecuteDeleteAsync(cancellation);
            var sum = new ContactHour { Hour = from };
            foreach (var hour in day) sum.Merge(hour.ToContactHour());
            if (day.Count() > 1) sum.AnswerMinutes = 0;
            db.ContactHours.Add(sum.ToEntity(instance, endpoint));
            folded += day.Count() - 1;
        }
        await db.SaveChangesAsync(cancellation);
        var touched = days.Select(d => d.Key.Day).Distinct().ToList();
        await db.DayChecksums.Where(d => touched.Contains(d.Day)).ExecuteDeleteAsync(cancellation);
        return folded;
    }
}
