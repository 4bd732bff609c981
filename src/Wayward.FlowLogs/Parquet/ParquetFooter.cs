using System.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Parquet;

/// <summary>A leaf column of a parquet schema.</summary>
/// <param name="Path">Names from the root, lower case, joined by dots.</param>
/// <param name="Name">The same as the file spells it, in UTF-8.</param>
/// <param name="Definition">The level at which a value is there; 0 when it always is.</param>
/// <param name="Repetition">In how many lists, one in the other, it stands.</param>
/// <param name="IsTimestamp">Its numbers are times in some unit.</param>
internal sealed record ParquetLeaf(string Path, byte[] Name, ParquetType Type, int Definition, int Repetition, bool IsTimestamp);

/// <summary>Physical types, numbered as in the format.</summary>
internal enum ParquetType { Boolean, Int32, Int64, Int96, Float, Double, ByteArray, FixedLengthByteArray }

/// <summary>Codecs, numbered as in the format.</summary>
internal enum ParquetCodec { None, Snappy, Gzip, Lzo, Brotli, Lz4, Zstd, Lz4Raw }

/// <summary>One column of one row group: where its pages stand and how they are written.</summary>
/// <param name="Encodings">A bit for each encoding that it names.</param>
/// <param name="Minimum">Statistics of its values as their plain encoding; null when absent.</param>
internal sealed record ParquetChunk(ParquetCodec Codec, uint Encodings, long Start, long Length, byte[]? Minimum, byte[]? Maximum, long? Nulls)
{
    public long End => Start + Length;
}

internal sealed record ParquetGroup(long Rows, ParquetChunk[] Chunks);

/// <summary>
/// A parquet file's metadata, taken only when they agree with themselves. The footer has no checksum, but it says much of what matters twice: a column's name and type in the schema and in every row group,
/// rows in the file, the groups and their columns, where each column lies. One damaged copy shows.
/// </summary>
internal sealed record ParquetFooter(IReadOnlyList<ParquetLeaf> Leaves, IReadOnlyList<ParquetGroup> Groups, bool Encrypted)
{
    /// <summary>Limits on what a footer may declare: far more than any writer makes, and little enough to hold. A path's length counts once a column, however long its parts are in the schema.</summary>
    private const int Deepest = 32, MostElements = 8_192, MostLeaves = 4_096, LongestPath = 1_024, MostChunks = 1 << 17;
    /// <summary>Largest footer in bytes.</summary>
    public const int Largest = 16 << 20;

    /// <param name="end">Where the footer begins in its file.</param>
    /// <exception cref="InvalidDataException">Malformed, or it contradicts itself.</exception>
    /// <exception cref="FlowObjectException">It declares more than a limit.</exception>
    public static ParquetFooter Read(ReadOnlySpan<byte> bytes, long end, ReadContext context)
    {
        var reader = new ThriftReader(bytes);
        var elements = new List<Element>();
        var leaves = new List<ParquetLeaf>();
        var groups = new List<ParquetGroup>();
        long? rows = null;
        bool encrypted = false, schema = false, hasGroups = false;
        for (int id = 0; reader.Field(ref id, out byte type);)
        {
            switch (id)
            {
                case 2:
                    if (schema) throw Twice();
                    schema = true;
                    int described = reader.Count(type, ThriftReader.Struct);
                    if (described > MostElements) throw context.Refuse($"a parquet schema of {described} elements, more than the limit of {MostElements}");
                    for (; described > 0; described--) elements.Add(ReadElement(ref reader, context));
                    int at = 1;
                    if (elements.Count > 0) AddLeaves(elements, ref at, elements[0].Children ?? 0, "", 0, 0, 0, leaves, context);
                    if (at != Math.Max(elements.Count, 1)) throw new InvalidDataException("a schema that does not add up");
                    break;
                case 3: rows = reader.Integer(type); break;
                case 4:
                    if (!schema || hasGroups) throw Twice();
                    hasGroups = true;
                    int count = reader.Count(type, ThriftReader.Struct);
                    if ((long)count * leaves.Count > MostChunks) throw context.Refuse($"{count} parquet row groups of {leaves.Count} columns, more than the limit of {MostChunks} together");
                    for (; count > 0; count--) groups.Add(ReadGroup(ref reader, leaves, ref encrypted));
                    break;
                case 8:
                    encrypted = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }
        if (reader.At != bytes.Length) throw new InvalidDataException("a footer longer than its content");
        if (!schema || !hasGroups || rows is null) throw new InvalidDataException("a footer without schema, rows or row groups");
        if (groups.Sum(g => (decimal)g.Rows) != rows) throw new InvalidDataException("row groups that do not add up to the file's rows");
        long last = 4;
        foreach (var chunk in groups.SelectMany(g => g.Chunks).OrderBy(c => c.Start))
        {
            if (chunk.Start < last || chunk.Length < 0 || chunk.Start > end || chunk.Length > end - chunk.Start) throw new InvalidDataException("columns that overlap, or lie outside of the file");
            last = chunk.End;
        }
        return new ParquetFooter(leaves, groups, encrypted);
    }

    private sealed record Element(string Name, int? Type, int Repetition, int? Children, bool IsTimestamp);

    private static Element ReadElement(ref ThriftReader reader, ReadContext context)
    {
        int? kind = null, children = null;
        int repetition = 0;
        string? name = null;
        bool timestamp = false;
        for (int id = 0; reader.Field(ref id, out byte type);)
        {
            switch (id)
            {
                case 1: kind = reader.Int(type); break;
                case 3: repetition = reader.Int(type); break;
                case 4:
                    var text = reader.Bytes(type);
                    if (text.Length > LongestPath) throw TooLong(context);
                    name = Encoding.UTF8.GetString(text);
                    break;
                case 5: children = reader.Int(type); break;
                case 6: timestamp |= reader.Int(type) is 9 or 10; break;
                case 10:
                    ThriftReader.Expect(type, ThriftReader.Struct);
                    for (int inner = 0; reader.Field(ref inner, out byte innerType);)
                    {
                        timestamp |= inner == 8;
                        reader.Skip(innerType);
                    }
                    break;
                default: reader.Skip(type); break;
            }
        }
        if (name is null || kind is < 0 or > 7 || repetition is < 0 or > 2 || children is < 0) throw new InvalidDataException("a schema that is malformed");
        return new Element(name, kind, repetition, children, timestamp);
    }

    private static void AddLeaves(List<Element> elements, ref int at, int children, string path, int definition, int repetition, int depth, List<ParquetLeaf> leaves, ReadContext context)
    {
        if (depth > Deepest) throw new InvalidDataException("a schema that is nested too deep");
        for (; children > 0; children--)
        {
            if (at >= elements.Count) throw new InvalidDataException("a schema that does not add up");
            var element = elements[at++];
            if (path.Length + 1 + element.Name.Length > LongestPath) throw TooLong(context);
            string name = path.Length == 0 ? element.Name : $"{path}.{element.Name}";
            int level = definition + (element.Repetition == 0 ? 0 : 1);
            int list = repetition + (element.Repetition == 2 ? 1 : 0);
            if (element.Type is { } type)
            {
                if (leaves.Count == MostLeaves) throw context.Refuse($"a parquet schema of more than the limit of {MostLeaves} columns");
                leaves.Add(new ParquetLeaf(name.ToLowerInvariant(), Encoding.UTF8.GetBytes(name), (ParquetType)type, level, list, element.IsTimestamp));
            }
            if (element.Children is > 0 and var inner)
            {
                if (element.Type is not null) throw new InvalidDataException("a schema that is malformed");
                AddLeaves(elements, ref at, inner, name, level, list, depth + 1, leaves, context);
            }
        }
    }

    private static ParquetGroup ReadGroup(ref ThriftReader reader, List<ParquetLeaf> leaves, ref bool encrypted)
    {
        ParquetChunk[]? chunks = null;
        long rows = -1;
        long[] values = new long[leaves.Count];
        for (int id = 0; reader.Field(ref id, out byte type);)
        {
            switch (id)
            {
                case 1:
                    if (chunks is not null) throw Twice();
                    if (reader.Count(type, ThriftReader.Struct) != leaves.Count) throw new InvalidDataException("a row group with other columns than the schema");
                    chunks = new ParquetChunk[leaves.Count];
                    for (int c = 0; c < chunks.Length; c++) chunks[c] = ReadChunk(ref reader, leaves[c], out values[c], ref encrypted);
                    break;
                case 3: rows = reader.Integer(type); break;
                default: reader.Skip(type); break;
            }
        }
        if (chunks is null || rows < 0) throw new InvalidDataException("a row group without columns or rows");
        for (int c = 0; c < values.Length; c++)
            if (leaves[c].Repetition == 0 && values[c] != rows && !encrypted) throw new InvalidDataException("a column with another number of rows than its group");
        return new ParquetGroup(rows, chunks);
    }

    private static ParquetChunk ReadChunk(ref ThriftReader reader, ParquetLeaf leaf, out long values, ref bool encrypted)
    {
        ParquetChunk? chunk = null;
        values = -1;
        for (int id = 0; reader.Field(ref id, out byte type);)
        {
            switch (id)
            {
                case 1: throw new InvalidDataException("a column that lies in another file");
                case 3:
                    ThriftReader.Expect(type, ThriftReader.Struct);
                    chunk = ReadChunkMetadata(ref reader, leaf, out values);
                    break;
                case 8:
                    encrypted = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }
        return chunk ?? (encrypted ? new ParquetChunk(ParquetCodec.None, uint.MaxValue, 4, 0, null, null, null) : throw new InvalidDataException("a column without metadata"));
    }

    private static ParquetChunk ReadChunkMetadata(ref ThriftReader reader, ParquetLeaf leaf, out long values)
    {
        int kind = -1, codec = -1;
        uint encodings = 0;
        long length = -1, data = -1, index = 0, dictionary = 0;
        long? nulls = null;
        byte[]? minimum = null, maximum = null;
        bool named = false;
        values = -1;
        for (int id = 0; reader.Field(ref id, out byte type);)
        {
            switch (id)
            {
                case 1: kind = reader.Int(type); break;
                case 2:
                    for (int n = reader.Count(type, ThriftReader.Int32); n > 0; n--) encodings |= reader.Int(ThriftReader.Int32) is >= 0 and < 31 and var e ? 1U << e : 1U << 31;
                    break;
                case 3:
                    named = IsPath(ref reader, type, leaf.Name);
                    break;
                case 4: codec = reader.Int(type); break;
                case 5: values = reader.Integer(type); break;
                case 7: length = reader.Integer(type); break;
                case 9: data = reader.Integer(type); break;
                case 10: index = reader.Integer(type); break;
                case 11: dictionary = reader.Integer(type); break;
                case 12:
                    ThriftReader.Expect(type, ThriftReader.Struct);
                    for (int inner = 0; reader.Field(ref inner, out byte innerType);)
                    {
                        switch (inner)
                        {
                            case 3: nulls = reader.Integer(innerType); break;
                            case 5: maximum = [.. reader.Bytes(innerType)]; break;
                            case 6: minimum = [.. reader.Bytes(innerType)]; break;
                            default: reader.Skip(innerType); break;
                        }
                    }
                    break;
                default: reader.Skip(type); break;
            }
        }
        if (!named) throw new InvalidDataException("a column that the schema calls otherwise");
        if (kind != (int)leaf.Type) throw new InvalidDataException("a column whose type is another in the schema");
        if (codec is < 0 or > 7 || values < 0 || length < 0 || data < 4) throw new InvalidDataException("a column whose metadata are not whole");
        // Writers of old left an offset of 0 where there is no such page.
        long start = data;
        if (dictionary > 0) start = Math.Min(start, dictionary);
        if (index > 0) start = Math.Min(start, index);
        return new ParquetChunk((ParquetCodec)codec, encodings, start, length, minimum, maximum, nulls);
    }

    /// <summary>Compares a column's path part by part: nothing is put together, so a path of many parts costs its length.</summary>
    private static bool IsPath(ref ThriftReader reader, byte type, ReadOnlySpan<byte> path)
    {
        bool same = true;
        int parts = reader.Count(type, ThriftReader.Binary);
        for (int i = 0; i < parts; i++)
        {
            var part = reader.Bytes(ThriftReader.Binary);
            if (i > 0)
            {
                same &= path.StartsWith("."u8);
                if (same) path = path[1..];
            }
            same &= path.StartsWith(part);
            if (same) path = path[part.Length..];
        }
        return same && path.IsEmpty;
    }

    private static FlowObjectException TooLong(ReadContext context) => context.Refuse($"a parquet column whose name is longer than the limit of {LongestPath} bytes");

    private static InvalidDataException Twice() => new("a footer whose parts come twice, or in another order");
}
