using Wayward.Core.Detection;
using Wayward.Core.Contacts;
using Wayward.Engine.Inventories;
using Wayward.Storage.Expected;

namespace Wayward.Engine.Detection;

/// <summary>What the fleet learned without anything that could evaluate it.</summary>
/// <param name="Rows">In the order of <see cref="LearnedContacts.Ranked"/>; at most <see cref="Most"/>.</param>
/// <param name="Total">All of them, listed or not.</param>
public sealed record LearnedList(IReadOnlyList<AcceptedContact> Rows, int Total)
{
    public const int Most = 1_000;
}

/// <summary>Reads what a fleet learned.</summary>
public interface ILearnedContactReader
{
    /// <summary>At most a minute old.</summary>
    Task<LearnedList> ReadAsync(CancellationToken cancellation);
}

/// <summary>
/// Loads the saved summaries of the whole fleet, then the whole histories of the instances that are listed. Everything read is as of one moment, and nothing is stored, so every process can do it. The
/// answer is kept for a minute, and one reading serves all who wait: at 100,000 instances it takes seconds.
/// </summary>
public sealed class LearnedContactReader(IHistoryReader histories, IExpectedTargetStore expected, ICatalogProvider catalog, DetectionOptions options, TimeProvider time) : ILearnedContactReader, IDisposable
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _reading = new(1);
    private (LearnedList List, long At)? _latest;

    public async Task<LearnedList> ReadAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            if (_latest is { } latest && time.GetElapsedTime(latest.At) < Kept) return latest.List;
            var list = await ReadNowAsync(cancellation);
            _latest = (list, time.GetTimestamp());
            return list;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<LearnedList> ReadNowAsync(CancellationToken cancellation)
    {
        var engine = new DetectionEngine(catalog.Current, await expected.AllAsync(cancellation), options);
        return await histories.ReadAsync(async (view, c) =>
        {
            var learned = new LearnedContacts(engine);
            if (await view.ForEachSummaryAsync(EvaluatedWith.Of(engine, view.Inventory), learned.LoadSaved, learned.Load, c) is null) await view.ForEachAsync(learned.Load, c);
            var (total, instances) = learned.Find(LearnedList.Most);
            var rows = new List<AcceptedContact>();
            foreach (var part in instances.Order().Chunk(AtOnce))
                rows.AddRange(learned.Of((await view.LoadAsync(part.ToHashSet(), c)).Instances.Values.Where(h => instances.Contains(h.Key))));
            return new LearnedList([.. LearnedContacts.Ranked(rows).Take(LearnedList.Most)], total);
        }, cancellation);
    }
}
