using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>
/// The resolver catalogue: which addresses are known DNS servers, by endpoint. Immutable; a change makes a new one.
/// Look-ups take folded addresses.
/// </summary>
public sealed class ResolverCatalog
{
    /// <summary>Human version of the shipped file, such as <c>2026.11.1</c>, with <c>+n</c> when entries were added.</summary>
    public string Version => throw new NotSupportedException();

    /// <summary>SHA-256 over the canonical form of all entries, lower-case hex, first 16 digits.</summary>
    public string Hash => throw new NotSupportedException();

    public IReadOnlyList<CatalogEntry> Entries => throw new NotSupportedException();

    /// <summary>The catalogue that ships with the program (embedded resource), parsed once.</summary>
    public static ResolverCatalog Shipped => throw new NotSupportedException();

    /// <summary>53, 853, 784, 8853 and every port of an entry: what a sink must look at.</summary>
    public PortSet Ports => throw new NotSupportedException();

    /// <summary>
    /// The entry that makes a contact on a port other than 53 and 853, or null: longest prefix, then smallest id; tiers C, R and X never.
    /// Validity in time is not judged here.
    /// </summary>
    public CatalogEntry? FindEndpoint(IpAddress remote, byte protocol, ushort port) => throw new NotSupportedException();

    /// <summary>
    /// The entry that best names this address whatever the port: for provider and tier of contacts on 53 and 853. Prefers an entry of the same transport, then longest prefix, then smallest id.
    /// </summary>
    public CatalogEntry? FindAddress(IpAddress remote, DnsTransport transport) => throw new NotSupportedException();

    /// <summary>53 and 853 win over the catalogue; 784 and 8853 and the rest need an entry; null = not a DNS endpoint.</summary>
    public DnsTransport? Classify(IpAddress remote, byte protocol, ushort port) => throw new NotSupportedException();
}
