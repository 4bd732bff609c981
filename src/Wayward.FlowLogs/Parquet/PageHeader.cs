namespace Wayward.FlowLogs.Parquet;

internal enum PageKind { Data, Index, Dictionary, DataV2 }

/// <summary>What stands before each page.</summary>
internal readonly record struct PageHeader(PageKind Kind, int Stored, int Expanded, uint? Crc, int Values, int Encoding, int LevelEncoding, int Nulls, int Rows, int DefinitionBytes, int RepetitionBytes, bool Compressed)
{
    /// <exception cref="InvalidDataException">Malformed, or the bytes end too early.</exception>
    public static PageHeader Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var reader = new ThriftReader(bytes);
        int kind = -1, stored = -1, expanded = -1, values = -1, encoding = -1, levels = 3, nulls = -1, rows = -1, definition = -1, repetition = -1, described = -1;
        uint? crc = null;
        bool compressed = true;
        for (int id = 0; reader.Field(ref id, out byte type);)
        {
            switch (id)
            {
                case 1: kind = reader.Int(type); break;
                case 2: expanded = reader.Int(type); break;
                case 3: stored = reader.Int(type); break;
                case 4: crc = (uint)reader.Int(type); break;
                case 5 or 7 or 8:
                    ThriftReader.Expect(type, ThriftReader.Struct);
                    if (described >= 0) throw new InvalidDataException("a page header of two kinds");
                    described = id == 5 ? (int)PageKind.Data : id == 7 ? (int)PageKind.Dictionary : (int)PageKind.DataV2;
                    for (int inner = 0; reader.Field(ref inner, out byte t);)
                    {
                        switch (id, inner)
                        {
                            case (_, 1): values = reader.Int(t); break;
                            case (5 or 7, 2) or (8, 4): encoding = reader.Int(t); break;
                            case (5, 3): levels = reader.Int(t); break;
                            case (8, 2): nulls = reader.Int(t); break;
                            case (8, 3): rows = reader.Int(t); break;
                            case (8, 5): definition = reader.Int(t); break;
                            case (8, 6): repetition = reader.Int(t); break;
                            case (8, 7): compressed = ThriftReader.Bool(t); break;
                            default: reader.Skip(t); break;
                        }
                    }
                    break;
                default: reader.Skip(type); break;
            }
        }
        length = reader.At;
        if (kind != described || stored < 0 || expanded < 0 || values < 0 || encoding < 0) throw new InvalidDataException("a page header that is not whole");
        if (kind == (int)PageKind.DataV2 && (nulls < 0 || rows < 0 || definition < 0 || repetition < 0 || (long)definition + repetition > Math.Min(stored, expanded)))
            throw new InvalidDataException("a page header that is not whole");
        return new PageHeader((PageKind)kind, stored, expanded, crc, values, encoding, levels, nulls, rows, definition, repetition, compressed);
    }
}
