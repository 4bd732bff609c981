using System.Globalization;
using ParquetSharp;
using Wayward.FlowLogs.Wrapping;
using Encoding = System.Text.Encoding;

namespace Wayward.FlowLogs.Tests;

/// <summary>A parquet table means what its rows mean as text, odd rows, types, encodings, codecs, pages and damage included.</summary>
public sealed class ParquetDifferentialTests
{
    private static readonly ReadTuning Fast = new() { FastLines = true }, Careful = new() { FastLines = false };
    private static readonly string[] Words =
        ["-", "", "0", "53", "443", "853", "053", "70000", "-1", "8.8.8.8", "1.1.1.1", "2001:db8::53", "300.1.1.1", "eni-0a1b2c3d", "eni-", "i-0123", "OK", "NODATA", "SKIPDATA", "ok", "ACCEPT", "REJECT", "egress", "ingress", "up",
         "a b", "tab\there", "caf\u00e9", "\u007f", "srcport", "dstport", "6", "17", "256", "1700000000", "17000000000", "9223372036854775807", "123456789012", "unknown", new('x', 300)];

    private static Compression[] Codecs => [Compression.Gzip, Compression.Snappy, Compression.Zstd, Compression.Uncompressed, Compression.Brotli, Compression.Lz4];

    private static byte[] Table(Random random, int rows, Compression? codec = null, bool odd = true, bool checksums = false) => Table(random, rows, codec, odd, checksums, out _);

    /// <summary>A random table.</summary>
    /// <param name="lines">The same rows as text, made from what is written, without a parquet reader. What only a contact needs is left out of rows without a port of interest, as it is not read there.</param>
    private static byte[] Table(Random random, int rows, Compression? codec, bool odd, bool checksums, out byte[] lines)
    {
        FlowField[][] layouts = [[.. FlowColumns.Default], [.. FlowColumns.UpTo(5)], [.. FlowColumns.UpTo(11)], FleetColumns];
        var fields = layouts[random.Next(layouts.Length)];
        string[][] grid = [.. Encoding.ASCII.GetString(ParquetTests.Text(fields, rows, random.Next(1, 1_000))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))];
        string[] names = grid[0];
        var body = grid[1..];
        if (odd)
            for (int n = random.Next(body.Length / 4); n > 0; n--) body[random.Next(body.Length)][random.Next(names.Length)] = Words[random.Next(Words.Length)];
        // Numbers as numbers of either width or as text; a word that is no number becomes an odd one there.
        char[] kinds = [.. names.Select(n => n is "version" or "srcport" or "dstport" or "protocol" or "tcp-flags" or "packets" or "bytes" or "start" or "end" ? "ils"[random.Next(3)] : odd && n is "account-id" && random.Next(6) == 0 ? 'l' : 's')];
        bool[] required = [.. names.Select(_ => random.Next(4) == 0)];
        var columns = names.Select((n, i) => (Column)((kinds[i], required[i]) switch
        {
            ('i', false) => new Column<int?>(Plain(n)),
            ('i', true) => new Column<int>(Plain(n)),
            ('l', false) => new Column<long?>(Plain(n)),
            ('l', true) => new Column<long>(Plain(n)),
            (_, true) => new Column<byte[]>(Plain(n)),
            _ => new Column<string?>(Plain(n)),
        })).ToArray();
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(codec ?? Codecs[random.Next(Codecs.Length)]).DataPagesize(random.Next(3) == 0 ? 1_000 : 1 << 20).DictionaryPagesizeLimit(random.Next(3) == 0 ? 200 : 1 << 20);
        // Pages of the second version are left uncompressed where that is shorter, and then gzip proves nothing.
        if (random.Next(2) == 0 && (codec != Compression.Gzip || checksums)) builder.DataPageVersion(ParquetDataPageVersion.V2);
        if (random.Next(4) == 0)
        {
            builder.DisableDictionary();
            for (int i = 0; i < names.Length; i++)
                if (random.Next(2) == 0) builder.Encoding(Plain(names[i]), kinds[i] != 's' ? ParquetSharp.Encoding.DeltaBinaryPacked : random.Next(2) == 0 ? ParquetSharp.Encoding.DeltaByteArray : ParquetSharp.Encoding.DeltaLengthByteArray);
        }
        if (checksums || random.Next(3) == 0) builder.EnablePageChecksum();
        using var properties = builder.Build();
        using var stream = new MemoryStream();
        using (var writer = new ParquetFileWriter(stream, columns, logicalTypeFactory: null, properties, leaveOpen: true))
        {
            foreach (var group in body.Chunk(random.Next(2) == 0 ? 170 : 10_000))
            {
                using var target = writer.AppendRowGroup();
                for (int c = 0; c < names.Length; c++)
                {
                    int at = c;
                    using var column = target.NextColumn();
                    switch (kinds[c], required[c])
                    {
                        case ('i', false): column.LogicalWriter<int?>().WriteBatch([.. group.Select(r => (int?)Number(r[at], int.MaxValue))]); break;
                        case ('i', true): column.LogicalWriter<int>().WriteBatch([.. group.Select(r => (int)(Number(r[at], int.MaxValue) ?? 0))]); break;
                        case ('l', false): column.LogicalWriter<long?>().WriteBatch([.. group.Select(r => Number(r[at], long.MaxValue))]); break;
                        case ('l', true): column.LogicalWriter<long>().WriteBatch([.. group.Select(r => Number(r[at], long.MaxValue) ?? 0)]); break;
                        case (_, true): column.LogicalWriter<byte[]>().WriteBatch([.. group.Select(r => Encoding.Latin1.GetBytes(r[at]))]); break;
                        default: column.LogicalWriter<string?>().WriteBatch([.. group.Select(r => r[at] == "-" ? null : r[at])]); break;
                    }
                }
            }
            writer.Close();
        }
        lines = [.. Lines().SelectMany(l => l)];
        return stream.ToArray();

        IEnumerable<byte[]> Lines()
        {
            int[] used = [.. Enumerable.Range(0, names.Length).Where(i => FlowColumns.Of(fields[i]).Need != ColumnNeed.Ignored)];
            yield return Encoding.ASCII.GetBytes(string.Join(' ', used.Select(i => names[i])) + "\n");
            foreach (string[] row in body)
            {
                bool wanted = new[] { "srcport", "dstport" }.Any(p => Array.IndexOf(names, p) is var i && ushort.TryParse(Encoding.Latin1.GetString(Written(row, i)), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port is 53 or 853 or 443);
                var line = new List<byte>();
                foreach (int i in used)
                {
                    if (line.Count > 0) line.Add((byte)' ');
                    bool lazy = names[i] is "srcaddr" or "dstaddr" or "pkt-srcaddr" or "pkt-dstaddr" or "protocol" or "packets" or "bytes" or "action" or "tcp-flags" or "flow-direction" or "traffic-path";
                    line.AddRange(lazy && !wanted ? "-"u8.ToArray() : Written(row, i));
                }
                line.Add((byte)'\n');
                yield return [.. line];
            }
        }

        byte[] Written(string[] row, int i)
        {
            string value = row[i];
            if (kinds[i] == 's')
            {
                byte[] bytes = required[i] ? Encoding.Latin1.GetBytes(value) : Encoding.UTF8.GetBytes(value);
                return bytes.Length == 0 ? [(byte)'-'] : [.. bytes.Select(b => b <= ' ' ? (byte)'_' : b)];
            }
            long? number = Number(value, kinds[i] == 'i' ? int.MaxValue : long.MaxValue);
            return Encoding.ASCII.GetBytes((required[i] ? number ?? 0 : number)?.ToString(CultureInfo.InvariantCulture) ?? "-");
        }

        static string Plain(string name) => name.Replace('-', '_');
        static long? Number(string text, long most) => text == "-" ? null : long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? Math.Min(value, most) : -text.Length * 1_000L;
    }

    private static FlowField[] FleetColumns => [FlowField.DestinationPort, FlowField.End, FlowField.Start, FlowField.InstanceId, FlowField.SourcePort, FlowField.PacketDestinationAddress, FlowField.PacketSourceAddress, FlowField.Protocol];

    private static (string Text, Reading? Reading) Outcome(byte[] bytes, ReadTuning tuning)
    {
        try
        {
            var reading = Reading.Of(bytes, new FlowObjectInfo("object", LastModified: 1_800_000_000), tuning: tuning, recorder: new Recorder { Wanted = (_, address, _) => address.Lower % 3 != 0 });
            var r = reading.Result;
            return (string.Join('\n', [$"{r.Records} {r.NoData} {r.SkipData} {r.TransitGateway} {r.QuarantinedCount} {r.FirstStart} {r.LastEnd} {r.Format} {string.Join(',', r.Columns)} {r.Sha256}", .. reading.Quarantined, .. reading.Observed, .. reading.Accepted]), reading);
        }
        catch (FlowObjectException e)
        {
            return ($"refused: {e.Reason}", null);
        }
    }

    [Fact]
    public void Random_tables_mean_the_same_straight_and_row_by_row()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        long records = 0, quarantined = 0;
        for (int i = 0; i < (DifferentialTests.Long ? 400 : 30); i++)
        {
            byte[] table = Table(new Random(seed + i), rows: 400, odd: i % 4 != 0);
            var (expected, reading) = Outcome(table, Careful);
            Assert.Equal(expected, Outcome(table, Fast).Text);
            records += reading?.Result.Records ?? 0;
            quarantined += reading?.Result.QuarantinedCount ?? 0;
        }
        Assert.True(records > 0 && quarantined > 0);
    }

    /// <summary>The reference has no parquet reader in it: the rows as they were written.</summary>
    [Fact]
    public void Random_tables_mean_what_their_rows_mean_as_text()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        long records = 0, quarantined = 0;
        for (int i = 0; i < (DifferentialTests.Long ? 400 : 30); i++)
        {
            byte[] table = Table(new Random(seed + i), rows: 400, null, odd: i % 4 != 0, checksums: false, out byte[] lines);
            var (expected, text) = Outcome(lines, Fast);
            var (actual, reading) = Outcome(table, Fast);
            if (text is null || reading is null)
            {
                Assert.True(expected == actual, $"table {i}: {actual}");
                continue;
            }
            Assert.Equal([.. text.Observed.Concat(text.Accepted).Concat(text.Quarantined).Select(Before)], [.. reading.Observed.Concat(reading.Accepted).Concat(reading.Quarantined)]);
            records += reading.Result.Records;
            quarantined += reading.Result.QuarantinedCount;
        }
        Assert.True(records > 0 && quarantined > 0);

        // The text has a header before the rows.
        static string Before(string line) => line.Split(' ', 2) is [var number, var rest] ? $"{long.Parse(number, CultureInfo.InvariantCulture) - 1} {rest}" : line;
    }

    [Fact]
    public void The_comparison_sees_a_single_other_value()
    {
        string text = Encoding.ASCII.GetString(ParquetTests.Text(FlowColumns.Default, rows: 300));
        int at = text.LastIndexOf(" OK\n", StringComparison.Ordinal);
        byte[] one = ParquetTests.Parquet(Encoding.ASCII.GetBytes(text)), other = ParquetTests.Parquet(Encoding.ASCII.GetBytes(text[..at] + " NODATA\n" + text[(at + 4)..]));
        Assert.NotEqual(Outcome(one, Careful).Text.Split('\n')[2..], Outcome(other, Fast).Text.Split('\n')[2..]);
    }

    /// <summary>Damage to files whose pages carry a checksum, or gzip's: refused, set aside, or it changes nothing. With the checksums' check left out (the planted bug) it does.</summary>
    [Theory]
    [InlineData(Compression.Gzip, false)]
    [InlineData(Compression.Gzip, true)]
    [InlineData(Compression.Uncompressed, true)]
    [InlineData(Compression.Snappy, true)]
    public void Damage_to_proven_pages_never_changes_a_value_unseen(Compression codec, bool checksums)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        int[] other = [0, 0];
        int refused = 0;
        for (int i = 0; i < (DifferentialTests.Long ? 2_000 : 200); i++)
        {
            var random = new Random(seed + i);
            byte[] good = Table(new Random(seed + i / 100), rows: 300, codec, odd: false, checksums), bad = [.. good];
            int at = random.Next(bad.Length), bit = random.Next(8);
            bad[at] ^= (byte)(1 << bit);
            string expected = WithoutHash(Outcome(good, Fast));
            for (int planted = 0; planted < 2; planted++)
            {
                var (text, reading) = Outcome(bad, Fast with { CheckTrailer = planted == 0 });
                if (reading is null) refused += 1 - planted;
                else if (reading.Result.QuarantinedCount == 0 && WithoutHash((text, reading)) != expected)
                {
                    other[planted]++;
                    if (planted == 0) TestContext.Current.TestOutputHelper?.WriteLine($"file {i}: bit {bit} of byte {at} of {bad.Length} ({good[at]:x2}), {reading.Result.Format}: {Difference(expected, WithoutHash((text, reading)))}");
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"refused {refused}, other values {other[0]}, with the bug {other[1]}");
        Assert.True(refused > 0);
        Assert.Equal(0, other[0]);
        Assert.True(other[1] > 0);

        static string Difference(string expected, string actual) =>
            expected.Split('\n').Zip(actual.Split('\n')).FirstOrDefault(p => p.First != p.Second) is { First: not null } pair ? $"{pair.First} became {pair.Second}" : "another number of rows";

        static string WithoutHash((string Text, Reading? Reading) outcome) => outcome.Reading is { } r ? string.Join('\n', [.. r.Observed, .. r.Accepted]) : outcome.Text;
    }
}
