using ParquetSharp;

namespace Wayward.Benchmarks;

/// <summary>
/// The least that a reader on ParquetSharp's typed column batches has to do with a default-format object: ports, times and identities of every row are read and compared with the row before, and the other
/// columns of a batch only where one of its rows has a port of interest. It checks and reports nothing.
/// </summary>
internal static class ParquetSharpColumns
{
    private const int Batch = 4096;
    private static readonly string[] Texts = ["account_id", "interface_id", "log_status"], Lazy = ["srcaddr", "dstaddr", "action"], LazyNumbers = ["packets", "bytes"];

    public static int Run(string[] files)
    {
        long rows = 0, changes = 0, wanted = 0;
        foreach (string file in files)
        {
            using var reader = new ParquetFileReader(file);
            var schema = reader.FileMetaData.Schema;
            var at = Enumerable.Range(0, schema.NumColumns).ToDictionary(i => schema.Column(i).Name, StringComparer.Ordinal);
            for (int g = 0; g < reader.FileMetaData.NumRowGroups; g++)
            {
                using var group = reader.RowGroup(g);
                using var source = new Column<int>(group, at["srcport"]);
                using var destination = new Column<int>(group, at["dstport"]);
                using var protocol = new Column<int>(group, at["protocol"]);
                using var start = new Column<long>(group, at["start"]);
                using var end = new Column<long>(group, at["end"]);
                Column<ByteArray>[] texts = [.. Texts.Select(n => new Column<ByteArray>(group, at[n]))], lazy = [.. Lazy.Select(n => new Column<ByteArray>(group, at[n]))];
                Column<long>[] numbers = [.. LazyNumbers.Select(n => new Column<long>(group, at[n]))];
                for (long left = group.MetaData.NumRows; left > 0;)
                {
                    int n = (int)Math.Min(left, Batch);
                    source.Read(n);
                    destination.Read(n);
                    start.Read(n);
                    end.Read(n);
                    int interesting = 0;
                    for (int i = 0; i < source.Count; i++)
                        if (source.Values[i] is 53 or 853 or 443 || destination.Values[i] is 53 or 853 or 443) interesting++;
                    for (int i = 1; i < start.Count; i++)
                        if (start.Values[i] != start.Values[i - 1] || end.Values[i] != end.Values[i - 1]) changes++;
                    foreach (var text in texts) changes += Compare(text, n);
                    wanted += interesting;
                    if (interesting > 0)
                    {
                        protocol.Read(n);
                        foreach (var column in lazy) column.Read(n);
                        foreach (var column in numbers) column.Read(n);
                    }
                    else
                    {
                        protocol.Skip(n);
                        foreach (var column in lazy) column.Skip(n);
                        foreach (var column in numbers) column.Skip(n);
                    }
                    left -= n;
                    rows += n;
                }
                foreach (var column in texts) column.Dispose();
                foreach (var column in lazy) column.Dispose();
                foreach (var column in numbers) column.Dispose();
            }
        }
        Console.WriteLine($"{rows} {changes} {wanted}");
        return 0;
    }

    private static unsafe long Compare(Column<ByteArray> column, int rows)
    {
        long changes = 0;
        ByteArray last = default;
        for (int done = 0; done < rows;)
        {
            // What a batch points to is valid only until the next one.
            column.Read(rows - done, once: true);
            for (int i = 0; i < column.Count; i++)
            {
                var value = column.Values[i];
                if (i > 0 && value.Pointer != last.Pointer
                    && !new ReadOnlySpan<byte>((void*)value.Pointer, value.Length).SequenceEqual(new ReadOnlySpan<byte>((void*)last.Pointer, last.Length))) changes++;
                last = value;
            }
            done += column.Levels;
        }
        return changes;
    }

    private sealed class Column<T>(RowGroupReader group, int index) : IDisposable where T : unmanaged
    {
        private readonly ColumnReader<T> _reader = (ColumnReader<T>)group.Column(index);
        private readonly short[] _levels = new short[Batch];

        public T[] Values { get; } = new T[Batch];
        public int Count { get; private set; }
        public int Levels { get; private set; }

        public void Read(int rows, bool once = false)
        {
            Count = Levels = 0;
            while (Levels < rows)
            {
                long n = _reader.ReadBatch(rows - Levels, _levels, [], Values.AsSpan(Count), out long values);
                if (n <= 0) throw new InvalidDataException("A column ends early.");
                Levels += (int)n;
                Count += (int)values;
                if (once) return;
            }
        }

        public void Skip(int rows)
        {
            for (long n = 0; n < rows;) n += _reader.Skip(rows - n);
        }

        public void Dispose() => _reader.Dispose();
    }
}
