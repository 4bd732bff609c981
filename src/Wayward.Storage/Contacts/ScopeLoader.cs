using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Loads the ledger: all of it, or what the judgement of a scope needs.</summary>
/// <param name="catalog">The catalogue in force.</param>
internal sealed class ScopeLoader(Func<ResolverCatalog> catalog)
{
    /// <summary>Facts that make a cohort.</summary>
    private static readonly byte[] CohortAttributes =
        [(byte)InstanceAttribute.Asg, (byte)InstanceAttribute.LaunchTemplate, (byte)InstanceAttribute.Image, (byte)InstanceAttribute.Subnet];

    /// <summary>Null when the endpoint is none of DNS by the catalogue in force.</summary>
    public Destination? DestinationOf(EndpointEntity endpoint)
    {
        var address = IpAddress.FromBytes(endpoint.Address);
        return catalog().Classify(address, endpoint.Protocol, (ushort)endpoint.Port) is { } transport ? new Destination(address, transport) : null;
    }

    public static Task<ContactLedger> AllAsync(WaywardDbContext db, CancellationToken cancellation) => LedgerReader.ReadAsync(db, null, null, cancellation);

    /// <summary>
    /// The instances of the scope and all users of its targets (a target being a provider, or an uncatalogued address) whole; and of the
    /// instances that share a cohort with any of them, coverage, facts and the contacts with the same targets.
    /// </summary>
    public async Task<ContactLedger> LoadAsync(WaywardDbContext db, DetectionScope scope, CancellationToken cancellation)
    {
        var endpointIds = await EndpointsOfTargetsAsync(db, scope, cancellation);
        var keys = scope.Instances.Select(i => i.Id).ToList();
        var whole = (await db.Instances.Where(i => keys.Contains(i.Key)).Select(i => i.Id).ToListAsync(cancellation)).ToHashSet();
        whole.UnionWith(await db.ContactPairs.Where(p => endpointIds.Contains(p.EndpointId)).Select(p => p.InstanceId).Distinct().ToListAsync(cancellation));

        var wholeIds = whole.ToList();
        var cohorts = db.InstanceFacts.Where(f => wholeIds.Contains(f.InstanceId) && CohortAttributes.Contains(f.Attribute)).Select(f => new { f.Attribute, f.Value }).Distinct();
        var peers = await db.InstanceFacts.Join(cohorts, f => new { f.Attribute, f.Value }, c => c, (f, _) => f.InstanceId).Distinct().ToListAsync(cancellation);
        return await LedgerReader.ReadAsync(db, whole, peers.Where(p => !whole.Contains(p)).ToHashSet(), cancellation);
    }

    private async Task<List<int>> EndpointsOfTargetsAsync(WaywardDbContext db, DetectionScope scope, CancellationToken cancellation)
    {
        var current = catalog();
        var providers = scope.Destinations.Select(d => current.FindAddress(d.Address, d.Transport)?.Provider).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var ids = new List<int>();
        await foreach (var endpoint in db.Endpoints.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (DestinationOf(endpoint) is not { } destination) continue;
            if (scope.Destinations.Contains(destination)
                || current.FindAddress(destination.Address, destination.Transport)?.Provider is { } provider && providers.Contains(provider))
                ids.Add(endpoint.Id);
        }
        return ids;
    }
}
