using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>How the catalogue names destinations, and when it lets them alert.</summary>
internal static class TargetNames
{
    /// <summary>Ports that are DNS by themselves.</summary>
    public static bool NeedsEntry(ushort port) => port is not (53 or 853);

    /// <summary>The entry that names an endpoint; never a shared or relay range, which name no operator.</summary>
    public static CatalogEntry? Entry(ResolverCatalog catalog, Endpoint endpoint, DnsTransport transport) =>
        NeedsEntry(endpoint.Port) ? catalog.FindEndpoint(endpoint.Address, endpoint.Protocol, endpoint.Port)
        : catalog.FindAddress(endpoint.Address, transport) is { Tier: not (CatalogTier.Shared or CatalogTier.Relay) } entry ? entry : null;

    /// <summary>Is the entry in force at a time, the hold after its end included?</summary>
    public static bool IsValid(CatalogEntry entry, long time, Parameters parameters) =>
        time >= entry.ValidFrom && (entry.ValidTo >= long.MaxValue - parameters.CatalogHold || time < entry.ValidTo + parameters.CatalogHold);
}
