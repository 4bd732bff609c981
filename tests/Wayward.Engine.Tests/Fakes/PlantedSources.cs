using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Wayward.FlowLogs;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>Sources with faults that other ingesters really had: each harness of deliveries must turn red with one of them.</summary>
internal static class PlantedSources
{
    /// <summary>Puts a fault around every configured source.</summary>
    public static Action<IServiceCollection> Plant(Func<ISource, ISource> fault) => services =>
        services.AddSingleton(p => new SourceRegistry(SourceRegistry.Create(p.GetRequiredService<IngestOptions>(), p.GetRequiredService<TimeProvider>(), FakeAws.Settings).All.Select(fault)));

    /// <summary>A message is deleted as soon as its objects are offered.</summary>
    public sealed class AckedWhenOffered(ISource inner) : Around(inner)
    {
        public override async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var batch in Inner.ListAsync(cancellation))
            {
                await Inner.SettledAsync(batch, cancellation);
                yield return batch;
            }
        }

        public override Task SettledAsync(IReadOnlyList<OfferedObject> items, CancellationToken cancellation) => Task.CompletedTask;
    }

    /// <summary>Each look begins after the last key of the one before: what sorts earlier and comes later is never seen.</summary>
    public sealed class AfterTheLastKey(ISource inner) : Around(inner)
    {
        private string _last = "";

        public override async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            string last = _last;
            await foreach (var batch in Inner.ListAsync(cancellation))
            {
                OfferedObject[] later = [.. batch.Where(o => string.CompareOrdinal(o.Key, _last) > 0)];
                foreach (var item in later)
                    if (string.CompareOrdinal(item.Key, last) > 0) last = item.Key;
                if (later.Length > 0) yield return later;
            }
            _last = last;
        }
    }

    /// <summary>A key that was seen is known, whatever its etag.</summary>
    public sealed class KnownByKey(ISource inner) : Around(inner)
    {
        private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);

        public override async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var batch in Inner.ListAsync(cancellation))
                yield return [.. batch.Where(o => _seen.TryAdd(o.Key, o.ETag) || _seen[o.Key] == o.ETag)];
        }
    }

    /// <summary>A failed fetch is taken for a bad object, and set aside for good.</summary>
    public sealed class FailedFetchIsABadObject(ISource inner) : Around(inner)
    {
        public override async Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation)
        {
            try
            {
                return await Inner.OpenAsync(item, cancellation);
            }
            catch (SourceUnavailableException e)
            {
                throw new FlowObjectException(item.Key, e.Message);
            }
        }
    }

    /// <summary>Errors are swallowed: it warns for ever, and looks well.</summary>
    public sealed class LooksWell(ISource inner) : Around(inner)
    {
        public override async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            List<IReadOnlyList<OfferedObject>> all = [];
            try
            {
                await foreach (var batch in Inner.ListAsync(cancellation)) all.Add(batch);
            }
            catch (SourceUnavailableException)
            {
                // Swallowed.
            }
            foreach (var batch in all) yield return batch;
        }
    }

    /// <summary>One object after the other, in order: the next is offered only when the one before was read, so a bad one holds up all behind it.</summary>
    public sealed class OneAfterTheOther(ISource inner) : Around(inner)
    {
        private readonly HashSet<string> _read = new(StringComparer.Ordinal);

        public override async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            List<OfferedObject> all = [];
            await foreach (var batch in Inner.ListAsync(cancellation)) all.AddRange(batch);
            foreach (var item in all.OrderBy(o => o.Key, StringComparer.Ordinal))
            {
                yield return [item];
                lock (_read)
                    if (!_read.Contains(item.Key)) yield break;
            }
        }

        public override async Task ConfirmAsync(OfferedObject item, CancellationToken cancellation)
        {
            await Inner.ConfirmAsync(item, cancellation);
            lock (_read) _read.Add(item.Key);
        }
    }

    /// <summary>Passes everything on.</summary>
    public abstract class Around(ISource inner) : ISource
    {
        protected ISource Inner { get; } = inner;
        public string Name => Inner.Name;
        public bool Settled => Inner.Settled;
        public string? Notice => Inner.Notice;
        public bool NewestFirst => Inner.NewestFirst;
        public bool WantsSettled => Inner.WantsSettled;
        public virtual IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync(CancellationToken cancellation) => Inner.ListAsync(cancellation);
        public virtual Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation) => Inner.OpenAsync(item, cancellation);
        public virtual Task ConfirmAsync(OfferedObject item, CancellationToken cancellation) => Inner.ConfirmAsync(item, cancellation);
        public virtual Task SettledAsync(IReadOnlyList<OfferedObject> items, CancellationToken cancellation) => Inner.SettledAsync(items, cancellation);
        public Task WaitForChangeAsync(CancellationToken cancellation) => Inner.WaitForChangeAsync(cancellation);
    }
}
