using System.Buffers.Binary;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Storage.Contacts;

/// <summary>The stored form of a cell's inner sources: ascending 16-byte addresses, one after the other; null = none.</summary>
internal static class InnerSources
{
    private const int Size = 16;

    public static byte[]? Write(IReadOnlyList<IpAddress> addresses)
    {
        if (addresses.Count == 0) return null;
        var bytes = new byte[addresses.Count * Size];
        int at = 0;
        foreach (var address in addresses.Order())
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(at), address.Bits);
            at += Size;
        }
        return bytes;
    }

    public static IReadOnlyList<IpAddress> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0) return [];
        var addresses = new IpAddress[bytes.Length / Size];
        for (int i = 0; i < addresses.Length; i++) addresses[i] = new(BinaryPrimitives.ReadUInt128BigEndian(bytes[(i * Size)..]));
        return addresses;
    }

    /// <summary>The smallest of both, at most <see cref="ContactHour.MaxInnerSources"/>: associative and commutative.</summary>
    public static byte[] Merge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        Write([.. Read(left).Concat(Read(right)).Distinct().Order().Take(ContactHour.MaxInnerSources)]) ?? [];
}
