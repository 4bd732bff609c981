using Microsoft.Extensions.DependencyInjection;
using Wayward.EngineHost;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>A store whose first commits fail as on a full disk.</summary>
internal sealed class UnwritableFor(int commits)
{
    private readonly int _commits = commits;
    private int _refused;

    public int Refused => _refused;

    public void Decorate(IServiceCollection services)
    {
        var original = services.Last(s => s.ServiceType == typeof(IContactStore));
        services.AddSingleton<IContactStore>(p => new Store((IContactStore)original.ImplementationFactory!(p), this));
    }

    private sealed class Store(IContactStore inner, UnwritableFor owner) : ContactStoreDecorator(inner)
    {
        public override Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation) =>
            Interlocked.Increment(ref owner._refused) <= owner._commits ? throw new IOException("No space left on device") : base.CommitAsync(objects, cancellation);
    }
}
