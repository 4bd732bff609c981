using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// Folds the records of one object into hour cells and coverage: sections 2 and 3 of the detection rules. Nothing per line survives,
/// so memory grows with distinct (instance, endpoint, hour), not with traffic. Not thread-safe; one per object in work, reusable after <see cref="TakeBatch"/>.
/// </summary>
public sealed class ContactFolder(ResolverCatalog catalog, AddressSpace addresses) : IFlowRecordSink
{
    private readonly ResolverCatalog _catalog = catalog;
    private readonly AddressSpace _addresses = addresses;

    /// <summary>Starts an object.</summary>
    /// <param name="objectId">The object's stable id (<see cref="ObjectIdentity.Id"/>), for evidence.</param>
    public void Begin(long objectId) => throw new NotSupportedException();

    /// <summary>What was folded since the last call; the folder starts anew.</summary>
    public ContactBatch TakeBatch() => throw new NotSupportedException();

    public PortSet Ports => _catalog.Ports;

    public void Observe(in FlowIdentity identity) => throw new NotSupportedException();

    public bool WantsAddresses(IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort) => throw new NotSupportedException();

    public void Accept(in FlowRecord record) => throw new NotSupportedException();
}

/// <summary>The identity of an object: bucket (or folder), key and etag (or content hash).</summary>
public readonly record struct ObjectIdentity(string Container, string Key, string ETag)
{
    /// <summary>Positive 63-bit hash of the identity, the same in every run and on every machine.</summary>
    public long Id
    {
        get
        {
            Span<byte> hash = stackalloc byte[32];
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Container}\n{Key}\n{ETag}"), hash);
            return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
        }
    }
}
