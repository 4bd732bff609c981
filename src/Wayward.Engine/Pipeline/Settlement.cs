using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>Tells sources that hold a notification (a queue's message) when the ledger is done with its object, and only then.</summary>
internal sealed class Settlement(IReadOnlyList<SourceState> sources, ISourceObjectStore ledger, ILogger log)
{
    /// <summary>Announced by a queue and not yet settled: whichever process settles them, ours must give the notification back. Empty where there is only one process.</summary>
    private readonly ConcurrentDictionary<long, (SourceState Source, OfferedObject Item)> _announced = new();

    /// <summary>A notification that comes again, or after a listing found the object: the ledger may have been done with it long ago.</summary>
    /// <param name="waiting">What of it the ledger waits for.</param>
    public async Task AnnouncedAsync(SourceState state, IReadOnlyList<OfferedObject> batch, IReadOnlyList<OfferedObject> waiting, CancellationToken cancellation)
    {
        if (!state.Source.WantsSettled) return;
        // Before it is asked what is settled: between the two another process may settle one.
        if (ledger.Leases) foreach (var item in batch) _announced[item.ObjectId] = (state, item);
        var open = waiting.Select(w => w.ObjectId).ToHashSet();
        List<OfferedObject> others = [.. batch.Where(item => !open.Contains(item.ObjectId))];
        if (others.Count == 0) return;
        var settled = await ledger.SettledAsync([.. others.Select(o => o.ObjectId)], cancellation);
        if (settled.Count > 0) await TellAsync(state, [.. others.Where(o => settled.Contains(o.ObjectId))]);
    }

    /// <summary>All that want to know, whoever offered it: a listing and a queue may both announce one object.</summary>
    public async Task TellAsync(IReadOnlyList<OfferedObject> items)
    {
        foreach (var state in sources)
            if (state.Source.WantsSettled) await TellAsync(state, items);
    }

    /// <summary>Asks what became of announced objects that another process may have taken.</summary>
    public async Task TellWhatOthersSettledAsync(CancellationToken cancellation)
    {
        var open = _announced.ToArray();
        if (open.Length == 0) return;
        var settled = await ledger.SettledAsync([.. open.Select(a => a.Key)], cancellation);
        foreach (var group in open.Where(a => settled.Contains(a.Key)).GroupBy(a => a.Value.Source)) await TellAsync(group.Key, [.. group.Select(a => a.Value.Item)]);
    }

    private async Task TellAsync(SourceState state, IReadOnlyList<OfferedObject> items)
    {
        try
        {
            await state.Source.SettledAsync(items, CancellationToken.None);
            foreach (var item in items) _announced.TryRemove(item.ObjectId, out _);
        }
        catch (Exception e)
        {
            // The notification comes again and finds the ledger's row: nothing is doubled.
            log.LogWarning(e, "Source {Source} could not be told of {Count} settled objects", state.Source.Name, items.Count);
        }
    }
}
