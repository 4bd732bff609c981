using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

/// <summary>What the store counts for the report of a period.</summary>
public sealed record PeriodCounts(
    IReadOnlyList<PeriodGroup> Groups, IReadOnlyList<(string Target, int Count)> Targets, IReadOnlyList<PeriodDecision> Decisions, IReadOnlyList<FindingRow> Open, PeriodCoverage Coverage);

public interface IPeriodStore
{
    /// <summary>Counts the findings that a query matches, whatever its state, order and page.</summary>
    /// <param name="query">Its statuses are left aside: a period is told by what became of all its findings.</param>
    Task<PeriodCounts> CountAsync(FindingQuery query, CancellationToken cancellation);
}

/// <inheritdoc cref="IPeriodStore"/>
internal sealed class PeriodStore(Database database) : IPeriodStore
{
    private const int MaxTargets = 15, MaxOpen = 200, MaxDecisions = 200_000;
    private static readonly string[] Decisions = ["finding.acknowledge", "finding.close", "expected.add"];

    public Task<PeriodCounts> CountAsync(FindingQuery query, CancellationToken cancellation) => database.SnapshotAsync(async (db, c) =>
    {
        byte withdrawn = (byte)FindingStatus.Withdrawn;
        var matching = FindingQueries.Matching(db, query with { Statuses = [] }).Where(f => f.Status != withdrawn);
        var groups = await matching.GroupBy(f => new { f.Type, f.Band, f.Transport, f.Status, f.Resolution }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(c);
        var targets = await matching.GroupBy(f => f.Target).Select(g => new { g.Key, Count = g.Count() }).OrderByDescending(g => g.Count).ThenBy(g => g.Key).Take(MaxTargets).ToListAsync(c);
        var decisions = await matching.Join(db.AuditSubjects, f => f.Id, s => s.Subject, (f, s) => new { f.Id, f.DetectedAt, s.AuditId })
            .Join(db.AuditEntries.Where(e => Decisions.Contains(e.Verb) && e.UndoneBy == null), x => x.AuditId, e => e.Id, (x, e) => new { x.Id, x.DetectedAt, e.At, e.Actor, e.Verb })
            .OrderBy(x => x.At).Take(MaxDecisions).ToListAsync(c);
        var open = await matching.Where(f => f.IsOpen).OrderByDescending(f => f.Severity).ThenBy(f => f.DetectedAt).ThenBy(f => f.Id).Take(MaxOpen).Select(FindingMapping.ToRow).ToListAsync(c);
        return new PeriodCounts(
            [.. groups.Select(g => new PeriodGroup(FindingTypes.Find(g.Key.Type), (SeverityBand)g.Key.Band, (DnsTransport)g.Key.Transport, (FindingStatus)g.Key.Status, (Resolution)g.Key.Resolution, g.Count))],
            [.. targets.Select(t => (t.Key, t.Count))],
            [.. decisions.Select(d => new PeriodDecision(d.Id, d.At / 1_000, d.DetectedAt, d.Actor, d.Verb))],
            open, await CoverageAsync(db, query.FirstFrom, query.FirstTo, c));
    }, cancellation);

    private static async Task<PeriodCoverage> CoverageAsync(WaywardDbContext db, long? from, long? to, CancellationToken cancellation)
    {
        // Whole hours, half-open.
        long start = from is { } f ? UnixTime.Hour(f) : 0, end = to is { } t ? UnixTime.Hour(t + UnixTime.HourSeconds - 1) : int.MaxValue;
        var (startSecond, endSecond) = (start * UnixTime.HourSeconds, end * UnixTime.HourSeconds);
        var alive = db.Instances.Where(i => i.LastSeen >= startSecond && i.FirstSeen < endSecond);
        int instances = await alive.CountAsync(cancellation);
        long hours = await alive.SumAsync(i => (i.LastSeen / 3_600 < end ? i.LastSeen / 3_600 + 1 : end) - (i.FirstSeen / 3_600 > start ? i.FirstSeen / 3_600 : start), cancellation);
        var (firstDay, lastDay) = ((int)(start / 24), (int)Math.Min((end - 1) / 24, int.MaxValue));
        // Few different sets of hours: most days are whole.
        var days = await db.CoverageDays.Where(d => d.Day >= firstDay && d.Day <= lastDay).GroupBy(d => new { d.Day, d.Hours }).Select(g => new { g.Key.Day, g.Key.Hours, Count = g.Count() }).ToListAsync(cancellation);
        long logged = days.Sum(d => (long)BitOperations.PopCount((uint)d.Hours & Mask(d.Day, start, end)) * d.Count);
        return new(instances, logged, hours);
    }

    /// <summary>The hours of a day that lie within the span.</summary>
    private static uint Mask(int day, long start, long end)
    {
        long first = Math.Clamp(start - day * 24L, 0, 24), last = Math.Clamp(end - day * 24L, 0, 24);
        return (uint)(((1L << (int)last) - 1) & ~((1L << (int)first) - 1));
    }
}
