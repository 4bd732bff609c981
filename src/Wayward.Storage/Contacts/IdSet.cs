namespace Wayward.Storage.Contacts;

/// <summary>A set of database numbers as bytes: ascending, each as the 7-bit-group difference to the one before. A fleet's 4,000 instances take about as many bytes.</summary>
internal static class IdSet
{
    public static byte[] Write(IEnumerable<int> ids)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        int last = 0;
        foreach (int id in ids.Distinct().Order())
        {
            writer.Write7BitEncodedInt(id - last);
            last = id;
        }
        writer.Flush();
        return stream.ToArray();
    }

    public static HashSet<int> Read(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream(bytes.ToArray());
        using var reader = new BinaryReader(stream);
        var ids = new HashSet<int>();
        int last = 0;
        while (stream.Position < stream.Length) ids.Add(last += reader.Read7BitEncodedInt());
        return ids;
    }
}
