using System.Globalization;
using Wayward.Engine.Notifications;
using Wayward.Engine.Sources;
using Wayward.Storage.Audit;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>What an operator does to objects and sources; each is audited.</summary>
internal sealed class OperatorControl(IReadOnlyList<SourceState> sources, ISourceObjectStore ledger, ISourceDirectory directory, IAuditStore audit, IChangeNotifier notifier, Action wake)
{
    /// <inheritdoc cref="IIngestControl.RetryAsync"/>
    public async Task<bool> RetryAsync(long objectId, string actor, CancellationToken cancellation)
    {
        if (await ledger.FindAsync(objectId, cancellation) is not { } row || !await ledger.RequeueAsync(objectId, cancellation)) return false;
        await AuditAsync("object.retry", row, actor, "put back in the queue", cancellation);
        Find(row.Source)?.Requeued(row.State);
        wake();
        notifier.Publish(ChangeKinds.Ingest);
        return true;
    }

    /// <inheritdoc cref="IIngestControl.SkipAsync"/>
    public async Task<bool> SkipAsync(long objectId, string actor, CancellationToken cancellation)
    {
        if (await ledger.FindAsync(objectId, cancellation) is not { } row || !await ledger.SkipAsync(objectId, cancellation)) return false;
        await AuditAsync("object.skip", row, actor, "set aside", cancellation);
        Find(row.Source)?.Skipped(row.State);
        notifier.Publish(ChangeKinds.Ingest);
        return true;
    }

    /// <inheritdoc cref="IIngestControl.PauseAsync"/>
    public async Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation)
    {
        var state = Find(source);
        // This may be requested before the first poll has named our sources to the store.
        if (state is not null && (await directory.ListAsync(cancellation)).All(s => s.Name != source)) await directory.AnnounceAsync([(source, state.Source.CanListRange)], cancellation);
        if (!await directory.PauseAsync(source, paused, actor, cancellation)) return false;
        // Other processes see it at their next poll.
        if (state is not null) state.Paused = paused;
        wake();
        notifier.Publish(ChangeKinds.Ingest);
        return true;
    }

    private SourceState? Find(string source) => sources.FirstOrDefault(s => s.Source.Name == source);

    private Task<long> AuditAsync(string verb, SourceObjectRow row, string actor, string what, CancellationToken cancellation) =>
        audit.AppendAsync(actor, verb, row.ObjectId.ToString(CultureInfo.InvariantCulture), $"{row.Container}/{row.Key} {what}, was {row.State.ToString().ToLowerInvariant()}", null, null, cancellation);
}
