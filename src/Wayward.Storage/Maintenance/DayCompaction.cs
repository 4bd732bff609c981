using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
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
    public static async Task<long> RunAsync(WaywardDbContext db, IStorageDialect dialect, IReadOnlyCollection<int> instances, int before, CancellationToken cancellation)
    {
        var old = new List<(int Instance, int Endpoint, ContactHour Cell)>();
        dialect.ReadCells(db.Database.GetDbConnection(), new() { Instances = instances, ToHour = before * HoursPerDay }, (instance, endpoint, cell) => old.Add((instance, endpoint, cell)), cancellation);
        var days = old.GroupBy(h => (h.Instance, h.Endpoint, Day: h.Cell.Hour / HoursPerDay, h.Cell.Log)).Where(d => d.Count() > 1 || d.First().Cell.Hour % HoursPerDay != 0).ToList();
        if (days.Count == 0) return 0;
        var folded = new List<(int, int, ContactHour)>(days.Count);
        foreach (var day in days)
        {
            var (instance, endpoint, number, log) = day.Key;
            int from = number * HoursPerDay, to = from + HoursPerDay;
            await db.ContactHours.Where(h => h.InstanceId == instance && h.EndpointId == endpoint && h.Log == log && h.Hour >= from && h.Hour < to).ExecuteDeleteAsync(cancellation);
            var sum = new ContactHour { Hour = from, Log = log };
            foreach (var (_, _, hour) in day) sum.Merge(hour);
            if (day.Count() > 1) sum.AnswerMinutes = 0;
            folded.Add((instance, endpoint, sum));
        }
        dialect.AddCells(db.Database.GetDbConnection(), folded);
        var touched = days.Select(d => d.Key.Day).Distinct().ToList();
        await db.DayChecksums.Where(d => touched.Contains(d.Day)).ExecuteDeleteAsync(cancellation);
        return days.Sum(d => d.Count() - 1);
    }
}
