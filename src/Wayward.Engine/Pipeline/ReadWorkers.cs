using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// The workers: each reads one object at a time and hands the outcome to the writer. A reading that makes no progress for <see cref="IngestOptions.StallTime"/> is cancelled; if it does not
/// even obey that, the worker gives it up and goes on with the next object.
/// </summary>
internal sealed class ReadWorkers(
    AddressSpace addresses, FlowReadLimits limits, IInventoryProvider inventories, ICatalogProvider catalog, IngestOptions options, TimeProvider time, ILogger log)
{
    /// <summary>How long a cancelled reading may take to end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Looks within the stall time. They are counted, not the time, so that a process that was stopped for a while blames no object.</summary>
    private const int Checks = 8;
    /// <summary>Opening an object may take so many stall times: a source's own retries and time limits come first.</summary>
    private const int OpeningFactor = 6;

    private readonly ConcurrentDictionary<Task, string> _givenUp = new();

    /// <summary>Readings that were given up and still run; null = none. They end with the process.</summary>
    public string? Problem
    {
        get
        {
            var running = _givenUp.Where(g => !g.Key.IsCompleted).Select(g => g.Value).Order(StringComparer.Ordinal).ToList();
            if (running.Count == 0) return null;
            return string.Create(CultureInfo.InvariantCulture, $"Objects whose reading made no progress for {options.StallTime.TotalSeconds:0} s and cannot be stopped: {running.Count} ({string.Join(", ", running.Take(3))}). The readings end when the program is restarted.");
        }
    }

    /// <summary>One worker. Runs until <paramref name="work"/> is completed, or until cancelled.</summary>
    /// <param name="abandon">Until then, what is read is handed to the writer even after <paramref name="cancellation"/>.</param>
    public async Task RunAsync(ChannelReader<WorkItem> work, ChannelWriter<FinishedItem> finished, CancellationToken abandon, CancellationToken cancellation)
    {
        var ingestor = new ObjectIngestor(addresses, limits, inventories, time);
        try
        {
            await foreach (var item in work.ReadAllAsync(cancellation))
            {
                FinishedItem result;
                try
                {
                    result = new FinishedItem(item, await ReadAsync(ingestor, item, cancellation), null);
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e)
                {
                    // A reading that was given up still uses its ingestor.
                    if (e is ReadStalledException) ingestor = new ObjectIngestor(addresses, limits, inventories, time);
                    result = new FinishedItem(item, null, e);
                }
                await finished.WriteAsync(result, abandon);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task<ObjectContribution> ReadAsync(ObjectIngestor ingestor, WorkItem item, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var progress = new ReadProgress();
        var reading = Task.Run(() => ingestor.ReadAsync(item.Source.Source, item.Object, catalog.Current, progress, stop.Token), CancellationToken.None);
        long steps = 0;
        int still = 0;
        while (true)
        {
            await ((Task)reading).WaitAsync(options.StallTime / Checks, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.IsCompleted) return await reading;
            if (cancellation.IsCancellationRequested) break;
            still = progress.Steps == steps ? still + 1 : 0;
            steps = progress.Steps;
            if (still >= (steps == 0 ? OpeningFactor * Checks : Checks)) break;
        }
        await stop.CancelAsync();
        await ((Task)reading).WaitAsync(Grace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        string name = ObjectIngestor.DisplayName(item.Object);
        if (!reading.IsCompleted) GiveUp(reading, name);
        else if (reading.IsCompletedSuccessfully) return await reading;
        throw new ReadStalledException(string.Create(CultureInfo.InvariantCulture, $"reading made no progress for {options.StallTime.TotalSeconds:0} s and was given up"));
    }

    private void GiveUp(Task reading, string name)
    {
        _givenUp[reading] = name;
        log.LogError("{Object} made no progress for {Time} and does not obey its cancellation: its worker is replaced, and the reading goes on using a thread until it ends", name, options.StallTime);
        _ = reading.ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                _givenUp.TryRemove(ended, out _);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
