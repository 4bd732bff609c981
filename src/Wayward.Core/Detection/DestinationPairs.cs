using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>The endpoints of one instance that make one destination: plain DNS over UDP and TCP is one, as are two ports of one DoH service.</summary>
internal sealed class DestinationPairs
{
    private readonly List<(Endpoint Endpoint, CatalogEntry? Entry, List<ContactHour> Cells)> _endpoints = new(1);

    private DestinationPairs(Destination destination) => Destination = destination;

    public Destination Destination { get; }
    public IReadOnlyList<(Endpoint Endpoint, CatalogEntry? Entry, List<ContactHour> Cells)> Endpoints => _endpoints;

    /// <summary>What names it; null when uncatalogued.</summary>
    public CatalogEntry? Entry
    {
        get
        {
            foreach (var (_, entry, _) in _endpoints)
                if (entry is not null) return entry;
            return null;
        }
    }

    /// <summary>The entries without which it would not be DNS; null when a port says so by itself.</summary>
    public CatalogEntry[]? Required
    {
        get
        {
            foreach (var (endpoint, _, _) in _endpoints)
                if (!TargetNames.NeedsEntry(endpoint.Port)) return null;
            return [.. _endpoints.Where(e => e.Entry is not null).Select(e => e.Entry!)];
        }
    }

    /// <summary>All destinations of an instance, ascending.</summary>
    public static List<DestinationPairs> Of(InstanceHistory history, ResolverCatalog catalog)
    {
        var found = new List<DestinationPairs>(history.Pairs.Count);
        // Pairs ascend by address, so the transports of one address follow each other.
        int addressFrom = 0;
        foreach (var (endpoint, cells) in history.Pairs)
        {
            // Who reached a port of the instance is evidence, not a destination.
            if ((endpoint.Address.IsNone && endpoint.Class == FlowClass.ServerPort) || catalog.Classify(endpoint.Address, endpoint.Protocol, endpoint.Port) is not { } transport) continue;
            if (found.Count > 0 && found[^1].Destination.Address != endpoint.Address) addressFrom = found.Count;
            var destination = new Destination(endpoint.Address, transport);
            DestinationPairs? pairs = null;
            for (int i = addressFrom; i < found.Count && pairs is null; i++)
                if (found[i].Destination == destination) pairs = found[i];
            if (pairs is null) found.Add(pairs = new DestinationPairs(destination));
            pairs._endpoints.Add((endpoint, TargetNames.Entry(catalog, endpoint, transport), cells));
        }
        found.Sort(static (a, b) => a.Destination.CompareTo(b.Destination));
        return found;
    }

    /// <summary>An IPv6 address in the /64 of an interface of the fleet: a VPC's subnet is a /64, so it cannot be a stranger's.</summary>
    public bool IsOwnNetwork(InstanceHistory history) =>
        !Destination.Address.IsIPv4 && (history.OwnNetworks.Contains(OwnNetworks.Of(Destination.Address)) || history.Facts.Exists(f => f.Attribute == InstanceAttribute.OwnNetwork && IpPrefix.Parse(f.Value).Contains(Destination.Address)));

    /// <summary>The contact cells, ascending by start, each with the rule that decides for it.</summary>
    /// <param name="unclear">Gets the cells that may be answers of ours, as ascending; null when nobody needs them.</param>
    /// <param name="continues">The cells carry on contacts that are known to be ours.</param>
    public void Collect(InstanceHistory history, ExpectedMatcher matcher, Parameters parameters, List<EpisodeCell> into, List<EpisodeCell>? unclear = null, bool continues = false)
    {
        into.Clear();
        if (IsOwnNetwork(history)) return;
        var first = matcher.SpokeFirstOf(history, parameters);
        foreach (var (endpoint, entry, cells) in _endpoints)
            EpisodeCells.Add(into, endpoint, cells, first, matcher.For(history, endpoint, Destination.Transport, entry));
        if (_endpoints.Count > 1) EpisodeCells.Sort(into);
        first.TakeUnclear(into, continues, unclear);
    }
}
