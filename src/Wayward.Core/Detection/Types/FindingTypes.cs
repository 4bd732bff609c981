using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>The registry of finding types. A new type is its own file and one line here.</summary>
public static class FindingTypes
{
    /// <summary>In the order in which they look for themselves: a type may take alerts away from those after it.</summary>
    public static IReadOnlyList<FindingType> All { get; } =
    [
        UnusualDnsResolver.Type, UnusualDohActivity.Type, UnusualDotActivity.Type, UnusualDoqActivity.Type, UnusualDnsCryptActivity.Type,
        DnsTunnel.Type, EncryptedDnsTunnel.Type,
        ResolverFanOut.Type, ResolverRotation.Type, EvasionAfterBlock.Type,
        BecameResolver.Type,
        FleetSwitch.Type, AskedAuthoritative.Type,
    ];

    private static readonly Dictionary<byte, FindingType> ById = All.ToDictionary(t => t.Id);
    private static readonly Dictionary<DnsTransport, FindingType> ByTransport = All.OfType<FirstContactType>().SelectMany(t => t.Transports, (t, transport) => (t, transport)).ToDictionary(x => x.transport, x => (FindingType)x.t);

    /// <summary>The first-contact type of a transport.</summary>
    public static FindingType Of(DnsTransport transport) => ByTransport[transport];

    /// <summary>Null when no type has that id.</summary>
    public static FindingType? TryFind(byte id) => ById.GetValueOrDefault(id);

    /// <exception cref="FormatException">No type has that id: it was stored by a newer program.</exception>
    public static FindingType Find(byte id) => TryFind(id) ?? throw new FormatException($"There is no finding type {id}.");
}
