using Parquet;

namespace Wayward.Benchmarks;

/// <summary>Parquet.Net reading, and throwing away, the columns that Wayward needs of a default-format object.</summary>
internal static class ParquetNet
{
    private static readonly string[] Needed = ["account_id", "interface_id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action", "log_status"];

    public static async Task<int> RunAsync(string[] files)
    {
        long rows = 0;
        foreach (string file in files)
        {
            await using var reader = await ParquetReader.CreateAsync(file);
            var fields = reader.Schema.DataFields.Where(f => Needed.Contains(f.Name, StringComparer.Ordinal)).ToList();
            if (fields.Count != Needed.Length) throw new InvalidDataException($"{file} has other columns");
            for (int g = 0; g < reader.RowGroupCount; g++)
            {
                using var group = reader.OpenRowGroupReader(g);
                foreach (var field in fields)
                {
                    using var column = await group.ReadRawColumnDataBaseAsync(field);
                }
                rows += group.RowCount;
            }
        }
        Console.WriteLine(rows);
        return 0;
    }
}
