using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Engine.Sources;
using Wayward.Storage;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.EngineHost;

/// <summary>
/// Faults that other ingesters really had, put in on purpose: a harness that does not turn red with them proves nothing.
/// Neither shows in a run that nobody interrupts.
/// </summary>
internal static class PlantedBug
{
    public static void Plant(IServiceCollection services, string? name, string data)
    {
        switch (name)
        {
            case null: return;
            case "ack-before-commit":
                Decorate<ISourceObjectStore>(services, inner => new AckedWhenHandedOut(inner));
                Decorate<IContactStore>(services, (inner, p) => new CommitsAcked(inner, p.GetRequiredService<ISourceObjectStore>()));
                return;
            case "ledger-outside":
                Decorate<IContactStore>(services, inner => new LedgerInItsOwnTransaction(inner, Path.Combine(data, "wayward.db")));
                return;
            case "delete-before-commit":
                Decorate<IContactStore>(services, (inner, p) => new ToldBeforeCommit(inner, p.GetRequiredService<SourceRegistry>()));
                return;
            case "blames-objects":
                Decorate<IContactStore>(services, (inner, p) => new BlamesObjects(inner, p.GetRequiredService<ISourceObjectStore>()));
                return;
            case "acked-although-rejected":
                Decorate<IContactStore>(services, (inner, p) => new AckedAlthoughRejected(inner, p.GetRequiredService<ISourceObjectStore>()));
                return;
            case "slow-end":
                services.AddHostedService<SlowEnd>();
                return;
            case "whole-listing":
                services.AddSingleton(p => new SourceRegistry(SourceRegistry.Create(p.GetRequiredService<Wayward.Engine.IngestOptions>(), p.GetRequiredService<TimeProvider>()).All.Select(s => new WholeListing(s))));
                return;
            case "no-fence":
                Decorate<IContactStore>(services, inner => new CommitsUnderNoLease(inner));
                return;
            case "struck-out-before-stored":
                Decorate<IFindingStore>(services, (inner, p) => Calls.Of(inner, nameof(IFindingStore.ApplyAsync), async () =>
                {
                    var contacts = p.GetRequiredService<IContactStore>();
                    long latest = await contacts.ReadAsync((ledger, _) => Task.FromResult(ledger.CommitNumber), CancellationToken.None);
                    await contacts.CompleteDetectionAsync(latest, null, CancellationToken.None);
                }));
                return;
            default: throw new ArgumentException($"No bug is called {name}");
        }
    }

    /// <summary>Says each commit aloud, so that whoever kills this process can choose a moment by work done and not by time.</summary>
    /// <param name="hold">Number of a commit, a colon, and how long to wait before it, in milliseconds; so that who stops this process can do it right there.</param>
    public static void Announce(IServiceCollection services, string? hold)
    {
        int[] when = [.. (hold ?? "0:0").Split(':').Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
        Decorate<IContactStore>(services, inner => new Announced(inner, when[0], TimeSpan.FromMilliseconds(when[1])));
    }

    /// <summary>Says when something is evaluated and about to be stored, and waits, so that who kills this process can do it right there.</summary>
    /// <param name="hold">Milliseconds; null = neither.</param>
    public static void HoldEvaluations(IServiceCollection services, string? hold)
    {
        if (hold is null) return;
        var wait = TimeSpan.FromMilliseconds(int.Parse(hold, System.Globalization.CultureInfo.InvariantCulture));
        Decorate<IFindingStore>(services, inner => Calls.Of(inner, nameof(IFindingStore.ApplyAsync), async () =>
        {
            Console.WriteLine("evaluating");
            await Task.Delay(wait);
        }));
    }

    private sealed class Announced(IContactStore inner, int holdAt, TimeSpan hold) : ContactStoreDecorator(inner)
    {
        private int _commits;

        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            Console.WriteLine("commit");
            if (++_commits == holdAt)
            {
                Console.WriteLine("holding");
                await Task.Delay(hold, cancellation);
            }
            var result = await base.CommitAsync(objects, cancellation);
            foreach (var item in objects.Where(o => o.Object.LeaseEpoch is not null)) Console.WriteLine($"{(result.Refused.Contains(item.Object.ObjectId) ? "refused" : "taken")} {item.Object.ObjectId} {item.Object.LeaseEpoch}");
            return result;
        }
    }

    /// <summary>The commit does not say under which lease its objects were read: who stood still for longer than that writes over who has them now.</summary>
    private sealed class CommitsUnderNoLease(IContactStore inner) : ContactStoreDecorator(inner)
    {
        public override Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation) =>
            base.CommitAsync([.. objects.Select(o => o with { Object = o.Object with { LeaseEpoch = null } })], cancellation);
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> wrap) where T : class => Decorate<T>(services, (inner, _) => wrap(inner));

    private static void Decorate<T>(IServiceCollection services, Func<T, IServiceProvider, T> wrap) where T : class
    {
        var original = services.Last(s => s.ServiceType == typeof(T));
        services.AddSingleton<T>(p => wrap((T)original.ImplementationFactory!(p), p));
    }

    /// <summary>Objects leave the queue when they are handed to a worker: what a crash finds in a worker's hands is lost.</summary>
    private sealed class AckedWhenHandedOut(ISourceObjectStore inner) : ISourceObjectStore
    {
        public async Task<IReadOnlyList<OfferedObject>> WaitingAsync(string source, int take, bool newestFirst, CancellationToken cancellation)
        {
            var waiting = await inner.WaitingAsync(source, take, newestFirst, cancellation);
            foreach (var item in waiting) await inner.SkipAsync(item.ObjectId, cancellation);
            return waiting;
        }

        public Task<IReadOnlyList<OfferedObject>> OfferAsync(IReadOnlyList<OfferedObject> objects, CancellationToken cancellation) => inner.OfferAsync(objects, cancellation);
        public Task<IReadOnlySet<long>> KnownAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) => inner.KnownAsync(objectIds, cancellation);
        public Task MarkRetryAsync(long objectId, string reason, TimeSpan delay, CancellationToken cancellation) => inner.MarkRetryAsync(objectId, reason, delay, cancellation);
        public Task MarkQuarantinedAsync(long objectId, string reason, CancellationToken cancellation) => inner.MarkQuarantinedAsync(objectId, reason, cancellation);
        public Task<bool> RequeueAsync(long objectId, CancellationToken cancellation) => inner.RequeueAsync(objectId, cancellation);
        public Task<bool> SkipAsync(long objectId, CancellationToken cancellation) => inner.SkipAsync(objectId, cancellation);
        public Task<(IReadOnlyList<SourceObjectRow> Rows, int Total)> QueryAsync(IReadOnlyList<SourceObjectState> states, string? text, int skip, int take, CancellationToken cancellation) => inner.QueryAsync(states, text, skip, take, cancellation);
        public Task<SourceObjectRow?> FindAsync(long objectId, CancellationToken cancellation) => inner.FindAsync(objectId, cancellation);
        public Task<IReadOnlyDictionary<long, SourceObjectName>> NamesAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) => inner.NamesAsync(objectIds, cancellation);
        public Task<IReadOnlyList<SourceObjectRow>> CoveringAsync(long from, long to, int take, CancellationToken cancellation) => inner.CoveringAsync(from, to, take, cancellation);
        public Task<IngestCounts> CountAsync(CancellationToken cancellation) => inner.CountAsync(cancellation);
        public Task<IReadOnlyDictionary<(string Source, SourceObjectState State), long>> CountBySourceAsync(CancellationToken cancellation) => inner.CountBySourceAsync(cancellation);
        public Task<bool> SettleGoneVersionAsync(OfferedObject item, CancellationToken cancellation) => inner.SettleGoneVersionAsync(item, cancellation);
    }

    private sealed class CommitsAcked(IContactStore inner, ISourceObjectStore ledger) : ContactStoreDecorator(inner)
    {
        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            foreach (var item in objects) await ledger.RequeueAsync(item.Object.ObjectId, cancellation);
            return await base.CommitAsync(objects, cancellation);
        }
    }

    /// <summary>Objects that could not be committed because the disk was full are taken for bad ones, and set aside as soon as something can be written again.</summary>
    private sealed class BlamesObjects(IContactStore inner, ISourceObjectStore ledger) : ContactStoreDecorator(inner)
    {
        private readonly HashSet<long> _blamed = [];

        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            try
            {
                var result = await base.CommitAsync([.. objects.Where(o => !_blamed.Contains(o.Object.ObjectId))], cancellation);
                foreach (long id in _blamed) await ledger.SkipAsync(id, cancellation);
                return result;
            }
            catch (StorageUnavailableException)
            {
                _blamed.UnionWith(objects.Select(o => o.Object.ObjectId));
                throw;
            }
        }
    }

    /// <summary>A commit that fails counts as one that worked: its objects leave the queue.</summary>
    private sealed class AckedAlthoughRejected(IContactStore inner, ISourceObjectStore ledger) : ContactStoreDecorator(inner)
    {
        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            try
            {
                return await base.CommitAsync(objects, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                foreach (var item in objects) await ledger.SkipAsync(item.Object.ObjectId, cancellation);
                return new CommitResult(objects.Count, 0);
            }
        }
    }

    /// <summary>A listing is gathered before anything of it is offered, and kept until the next one.</summary>
    private sealed class WholeListing(ISource inner) : ISource
    {
        private List<OfferedObject> _all = [];

        public string Name => inner.Name;

        public async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            List<OfferedObject> all = [];
            await foreach (var page in inner.ListAsync(cancellation)) all.AddRange(page);
            _all = all;
            foreach (var page in _all.Chunk(1_000)) yield return page;
        }

        public Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation) => inner.OpenAsync(item, cancellation);
        public Task WaitForChangeAsync(CancellationToken cancellation) => inner.WaitForChangeAsync(cancellation);
    }

    /// <summary>The end waits for something that nobody waits for.</summary>
    private sealed class SlowEnd : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;

        // Not in the work itself: work that has not begun when the end comes is never begun.
        public override Task StopAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(30), CancellationToken.None);
    }

    /// <summary>Sources are told that objects are settled when their commit begins, not when it is on disk: a queue message is deleted too early.</summary>
    private sealed class ToldBeforeCommit(IContactStore inner, SourceRegistry sources) : ContactStoreDecorator(inner)
    {
        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            OfferedObject[] items = [.. objects.Select(o => new OfferedObject(o.Object.Source, o.Object.Container, o.Object.Key, o.Object.ETag, o.Object.ObjectBytes, 0))];
            foreach (var source in sources.All) await source.SettledAsync(items, cancellation);
            return await base.CommitAsync(objects, cancellation);
        }
    }

    /// <summary>The ledger row is written in a transaction of its own, after the data: a crash between the two reads the object a second time.</summary>
    private sealed class LedgerInItsOwnTransaction(IContactStore inner, string path) : ContactStoreDecorator(inner)
    {
        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            var result = await base.CommitAsync(objects, cancellation);
            await using var connection = new SqliteConnection($"Data Source={path};Default Timeout=30");
            await connection.OpenAsync(cancellation);
            foreach (var item in objects) await SetAsync(connection, item, "state = CASE state WHEN 3 THEN 1 ELSE state END, sha256 = NULL");
            await Task.Delay(20, cancellation);
            foreach (var item in objects) await SetAsync(connection, item, "state = CASE state WHEN 1 THEN 3 ELSE state END, sha256 = $sha");
            return result;
        }

        private static async Task SetAsync(SqliteConnection connection, ObjectContribution item, string set)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE source_objects SET {set} WHERE object_id = $id";
            command.Parameters.AddWithValue("$id", item.Object.ObjectId);
            command.Parameters.AddWithValue("$sha", item.Object.Sha256);
            await command.ExecuteNonQueryAsync();
        }
    }
}

/// <summary>Passes everything on.</summary>
internal abstract class ContactStoreDecorator(IContactStore inner) : IContactStore
{
    public virtual Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation) => inner.CommitAsync(objects, cancellation);
    public virtual Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation) => inner.ReadAsync(work, cancellation);
    public virtual Task CompleteDetectionAsync(long commitNumber, InstanceSummaries? summaries, CancellationToken cancellation) => inner.CompleteDetectionAsync(commitNumber, summaries, cancellation);
}
