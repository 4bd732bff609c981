using Microsoft.Extensions.Logging;
using Wayward.Engine.Notifications;
using Wayward.Engine.Sources;
using Wayward.Storage;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>Lists sources and offers what they have to the ledger. A source that cannot be listed is tried again for as long as it takes.</summary>
/// <param name="wake">Called when there may be something to read.</param>
internal sealed class SourceLister(
    ISourceObjectStore ledger, KnownObjects known, Settlement settlement, IChangeNotifier notifier, IngestOptions options, TimeProvider time, ILogger log, Action wake)
{
    /// <summary>Lists one source again and again and offers what it has to the ledger. What fails is told by the source's own health.</summary>
    public async Task RunAsync(SourceState state, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            state.ListingBegins();
            bool ended = true;
            try
            {
                await foreach (var batch in state.Source.ListAsync(cancellation)) await OfferAsync(state, batch, cancellation);
                state.OldestWaiting = state.Waiting > 0 && (await ledger.CountAsync(cancellation)).OldestWaiting is { } oldest ? DateTimeOffset.FromUnixTimeSeconds(oldest) : null;
                state.Succeeded();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                ListingFailed(state, e);
                // What was there was not written down: whoever waits until all is read waits for another listing.
                ended = e is not StorageUnavailableException;
            }
            // Retries that came due between two listings are found here too.
            state.MayHaveWork = true;
            if (ended) state.ListingEnds();
            wake();
            try
            {
                await WaitAsync(state, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A queue's long wait is a call of its own and fails like any other: the loop must outlive it.
                ListingFailed(state, e);
                await Task.Delay(options.PollInterval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void ListingFailed(SourceState state, Exception error)
    {
        int failures = state.ListingFailed(error.Message, (error as SourceUnavailableException)?.NeedsOperator == true);
        if (failures == 1) log.LogWarning(error, "Source {Source} cannot be listed", state.Source.Name);
        notifier.Publish(ChangeKinds.Ingest);
    }

    private async Task OfferAsync(SourceState state, IReadOnlyList<OfferedObject> batch, CancellationToken cancellation)
    {
        List<OfferedObject> unknown = [.. batch.Where(o => known.Add(o.ObjectId))];
        try
        {
            var waiting = unknown.Count == 0 ? [] : await ledger.OfferAsync(unknown, cancellation);
            state.Found(waiting.Count);
            await settlement.AnnouncedAsync(state, batch, waiting, cancellation);
            if (waiting.Count == 0) return;
        }
        catch
        {
            foreach (var item in unknown) known.Remove(item.ObjectId);
            throw;
        }
        state.MayHaveWork = true;
        wake();
        notifier.Publish(ChangeKinds.Ingest);
    }

    private async Task WaitAsync(SourceState state, CancellationToken cancellation)
    {
        // A source that fails is not listed more often than its poll interval, whatever announces changes.
        if (state.Failing)
        {
            await state.Wake.WaitAsync(options.PollInterval, time, cancellation);
            return;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var change = state.Source.WaitForChangeAsync(stop.Token);
        var woken = state.Wake.WaitAsync(stop.Token);
        await Task.WhenAny(change, woken);
        await stop.CancelAsync();
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await change;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Woken.
        }
        cancellation.ThrowIfCancellationRequested();
    }
}
