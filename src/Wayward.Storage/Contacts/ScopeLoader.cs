using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Loads the ledger: all of it, or what the evaluation of a scope needs.</summary>
/// <param name="catalog">The catalogue in force.</param>
internal sealed class ScopeLoader(Func<ResolverCatalog> catalog)
{
    /// <summary>Facts that make a cohort, strongest first, as the evaluation ranks them.</summary>
    private static readonly byte[] CohortRanks =
        [(byte)InstanceAttribute.Asg, (byte)InstanceAttribute.LaunchTemplate, (byte)InstanceAttribute.Image, (byte)InstanceAttribute.Subnet];

    /// <summary>Null when the endpoint is none of DNS by the catalogue in force.</summary>
    public Destination? DestinationOf(EndpointEntity endpoint)
    {
        var address = IpAddress.FromBytes(endpoint.Address);
        return catalog().Classify(address, Endpoint.ProtocolOf(endpoint.Protocol), (ushort)endpoint.Port) is { } transport ? new Destination(address, transport) : null;
    }

    /// <summary>
    /// Whole: the instances of the scope, all users of its targets (its destinations, those of its instances, and their providers' over the same transport), and all
    /// members of the cohorts of these.
    /// </summary>
    public async Task<ContactLedger> LoadAsync(WaywardDbContext db, IStorageDialect dialect, DetectionScope scope, CancellationToken cancellation)
    {
        var keys = scope.Instances.Select(i => i.Id).ToList();
        var involved = (await db.Instances.Where(i => keys.Contains(i.Key)).Select(i => i.Id).ToListAsync(cancellation)).ToHashSet();
        var endpoints = await EndpointsOfTargetsAsync(db, scope, involved, cancellation);
        involved.UnionWith(await db.ContactPairs.Where(p => endpoints.Contains(p.EndpointId)).Select(p => p.InstanceId).Distinct().ToListAsync(cancellation));
        await AddCohortsAsync(db, involved, cancellation);
        return await LedgerReader.ReadAsync(db, dialect, involved, cancellation);
    }

    private async Task<List<int>> EndpointsOfTargetsAsync(WaywardDbContext db, DetectionScope scope, HashSet<int> instances, CancellationToken cancellation)
    {
        var current = catalog();
        var all = new List<(int Id, Destination Destination, string? Provider)>();
        await foreach (var endpoint in db.Endpoints.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (DestinationOf(endpoint) is { } destination) all.Add((endpoint.Id, destination, current.FindAddress(destination.Address, destination.Transport)?.Provider));
        }
        var ids = instances.ToList();
        var used = (await db.ContactPairs.Where(p => ids.Contains(p.InstanceId)).Select(p => p.EndpointId).Distinct().ToListAsync(cancellation)).ToHashSet();
        var destinations = scope.Destinations.Concat(all.Where(e => used.Contains(e.Id)).Select(e => e.Destination)).ToHashSet();
        var providers = destinations.Select(d => (current.FindAddress(d.Address, d.Transport)?.Provider, d.Transport)).Where(p => p.Provider is not null).ToHashSet();
        return [.. all.Where(e => destinations.Contains(e.Destination) || providers.Contains((e.Provider, e.Destination.Transport))).Select(e => e.Id)];
    }

    private static async Task AddCohortsAsync(WaywardDbContext db, HashSet<int> involved, CancellationToken cancellation)
    {
        var ids = involved.ToList();
        var facts = await db.InstanceFacts.Where(f => ids.Contains(f.InstanceId) && CohortRanks.Contains(f.Attribute)).Select(f => new { f.InstanceId, f.Attribute, f.Value }).ToListAsync(cancellation);
        var cohorts = facts.GroupBy(f => f.InstanceId).SelectMany(own =>
        {
            byte strongest = own.Select(f => f.Attribute).MinBy(a => Array.IndexOf(CohortRanks, a));
            return own.Where(f => f.Attribute == strongest).Select(f => (f.Attribute, f.Value));
        }).Distinct().ToLookup(c => c.Attribute, c => c.Value);
        foreach (var cohort in cohorts)
        {
            byte attribute = cohort.Key;
            var values = cohort.ToList();
            involved.UnionWith(await db.InstanceFacts.Where(f => f.Attribute == attribute && values.Contains(f.Value)).Select(f => f.InstanceId).Distinct().ToListAsync(cancellation));
        }
    }
}
