using System.Globalization;
using DuckDB.NET.Data;
using ParquetSharp;
using Wayward.FlowLogs.Wrapping;
using Wayward.Testing;
using Encoding = System.Text.Encoding;

namespace Wayward.FlowLogs.Tests;

/// <summary>The parquet form of records means what their text form means, whoever wrote it.</summary>
public sealed class ParquetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wayward-parquet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static byte[] Text(IReadOnlyList<FlowField> columns, int rows = 3_000, int seed = 5)
    {
        var stream = new MemoryStream();
        using (var writer = new FlowLogTextWriter(stream, columns))
            foreach (var row in new FleetFlows(seed).Rows(rows, 1_700_000_000)) writer.Write(row);
        return stream.ToArray();
    }

    /// <summary>As AWS writes it: underscores, integers where the field table says so, null for a hyphen, gzip inside.</summary>
    internal static byte[] Parquet(byte[] text, bool required = false, Compression compression = Compression.Gzip)
    {
        string[][] rows = [.. Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))];
        string[] names = rows[0];
        var columns = names.Select(n => (Column)(Kind(n) switch
        {
            'i' => new Column<int?>(Plain(n)),
            'l' => new Column<long?>(Plain(n)),
            _ => new Column<string?>(Plain(n)),
        })).ToArray();
        using var stream = new MemoryStream();
        using (var writer = new ParquetFileWriter(stream, columns, compression: compression, leaveOpen: true))
        {
            foreach (var group in rows.Skip(1).Chunk(1_100))
            {
                using var target = writer.AppendRowGroup();
                for (int c = 0; c < names.Length; c++)
                {
                    int at = c;
                    using var column = target.NextColumn();
                    switch (Kind(names[c]))
                    {
                        case 'i': column.LogicalWriter<int?>().WriteBatch([.. group.Select(r => r[at] == "-" ? null : (int?)int.Parse(r[at], CultureInfo.InvariantCulture))]); break;
                        case 'l': column.LogicalWriter<long?>().WriteBatch([.. group.Select(r => r[at] == "-" ? null : (long?)long.Parse(r[at], CultureInfo.InvariantCulture))]); break;
                        default: column.LogicalWriter<string?>().WriteBatch([.. group.Select(r => r[at] == "-" && !required ? null : r[at])]); break;
                    }
                }
            }
            writer.Close();
        }
        return stream.ToArray();

        static string Plain(string name) => name.Replace('-', '_');
        static char Kind(string name) => name switch
        {
            "version" or "srcport" or "dstport" or "protocol" or "tcp-flags" or "traffic-path" => 'i',
            "packets" or "bytes" or "start" or "end" => 'l',
            _ => 's',
        };
    }

    private byte[] DuckDb(byte[] text, string select, string options = "")
    {
        string log = Path.Combine(_folder, "flows.log"), parquet = Path.Combine(_folder, "flows.parquet");
        int header = text.AsSpan().IndexOf((byte)'\n');
        File.WriteAllBytes(log, [.. text[..header].Select(b => b == '-' ? (byte)'_' : b), .. text[header..]]);
        File.Delete(parquet);
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            CREATE TABLE t AS SELECT * FROM read_csv('{log}', delim=' ', header=true, nullstr='-', all_varchar=true);
            COPY ({select}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048{options});
            """;
        command.ExecuteNonQuery();
        return File.ReadAllBytes(parquet);
    }

    private static void AssertSame(byte[] text, byte[] parquet, string format)
    {
        var expected = WrappingTests.Meaning(Reading.Of(text));
        var reading = Reading.Of(parquet);
        var actual = WrappingTests.Meaning(reading);
        Assert.Empty(reading.Quarantined);
        Assert.Equal(expected.Observed, actual.Observed);
        Assert.Equal(expected.Accepted, actual.Accepted);
        Assert.NotEmpty(actual.Accepted);
        Assert.StartsWith("1 ", reading.Observed[0], StringComparison.Ordinal);
        Assert.Equal(format, reading.Result.Format);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void AWS_s_own_parquet_means_what_its_text_means(int version)
    {
        byte[] text = Text(FlowColumns.UpTo(version));
        AssertSame(text, Parquet(text), version == 2 ? "parquet v2 default" : $"parquet v5, {FlowColumns.UpTo(5).Count(f => FlowColumns.Of(f).Need != ColumnNeed.Ignored)} columns");
    }

    [Theory]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Uncompressed)]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Brotli)]
    [InlineData(Compression.Lz4)]
    [InlineData(Compression.Lz4Hadoop)]
    public void Every_codec_is_read(Compression compression)
    {
        byte[] text = Text(FlowColumns.Default, rows: 500);
        AssertSame(text, Parquet(text, required: true, compression), "parquet v2 default");
    }

    [Fact]
    public void Parquet_that_DuckDB_wrote_with_other_types_and_an_order_of_its_own_is_read()
    {
        byte[] text = Text(FleetFlows.CustomColumns);
        byte[] parquet = DuckDb(text, """
            SELECT "end"::BIGINT AS "end", start::BIGINT AS start, dstport::SMALLINT::INTEGER & 65535 AS dstport, srcport::INTEGER AS srcport, log_status, "action", flow_direction, tcp_flags::TINYINT AS tcp_flags,
                   bytes::BIGINT AS bytes, packets::INTEGER AS packets, protocol::UTINYINT AS protocol, srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr, account_id, interface_id, instance_id, vpc_id, subnet_id FROM t
            """.Replace("dstport::SMALLINT::INTEGER & 65535 AS dstport", "dstport::UINTEGER AS dstport", StringComparison.Ordinal));
        AssertSame(text, parquet, "parquet v5, 20 columns");
    }

    [Fact]
    public void Security_Lake_s_form_is_read()
    {
        FlowField[] columns = [FlowField.AccountId, FlowField.InterfaceId, FlowField.InstanceId, FlowField.VpcId, FlowField.SubnetId, FlowField.Region, FlowField.SourceAddress, FlowField.DestinationAddress, FlowField.SourcePort,
            FlowField.DestinationPort, FlowField.PacketSourceAddress, FlowField.PacketDestinationAddress, FlowField.Protocol, FlowField.Packets, FlowField.Bytes, FlowField.Start, FlowField.End, FlowField.Action,
            FlowField.TcpFlags, FlowField.LogStatus, FlowField.FlowDirection];
        // Rows with a direction, as records in that form have, and some where the packet's address is another than the interface's.
        byte[] all = Text(columns);
        string[] lines = [.. Encoding.ASCII.GetString(all).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        byte[] text = Encoding.ASCII.GetBytes(lines[0] + "\n" + string.Concat(lines.Skip(1).Where(l => l.EndsWith("gress", StringComparison.Ordinal)).Select((l, i) =>
        {
            string[] f = l.Split(' ');
            if (i % 5 == 0) f[10] = "10.99.0.1";
            return string.Join(' ', f) + "\n";
        })));
        byte[] parquet = DuckDb(text, """
            SELECT {'product': {'name': 'Amazon VPC', 'version': '5'}} AS metadata, 4001 AS class_uid, {'account': {'uid': account_id}, 'region': region} AS cloud,
                   {'ip': pkt_srcaddr, 'port': srcport::INTEGER, 'intermediate_ips': CASE WHEN pkt_srcaddr <> srcaddr THEN [srcaddr] ELSE [] END,
                    'interface_uid': CASE flow_direction WHEN 'egress' THEN interface_id END, 'instance_uid': CASE flow_direction WHEN 'egress' THEN instance_id END,
                    'vpc_uid': CASE flow_direction WHEN 'egress' THEN vpc_id END, 'subnet_uid': CASE flow_direction WHEN 'egress' THEN subnet_id END} AS src_endpoint,
                   {'ip': pkt_dstaddr, 'port': dstport::INTEGER, 'intermediate_ips': CASE WHEN pkt_dstaddr <> dstaddr THEN [dstaddr] ELSE NULL END,
                    'interface_uid': CASE flow_direction WHEN 'ingress' THEN interface_id END, 'instance_uid': CASE flow_direction WHEN 'ingress' THEN instance_id END,
                    'vpc_uid': CASE flow_direction WHEN 'ingress' THEN vpc_id END, 'subnet_uid': CASE flow_direction WHEN 'ingress' THEN subnet_id END} AS dst_endpoint,
                   {'protocol_num': protocol::INTEGER, 'tcp_flags': tcp_flags::INTEGER, 'direction_id': CASE flow_direction WHEN 'ingress' THEN 1 ELSE 2 END} AS connection_info,
                   {'packets': packets::BIGINT, 'bytes': bytes::BIGINT} AS traffic,
                   start::BIGINT * 1000 AS "time", epoch_ms(start::BIGINT * 1000) AS start_time_dt, epoch_ms("end"::BIGINT * 1000) AS end_time_dt,
                   CASE "action" WHEN 'ACCEPT' THEN 'Allowed' ELSE 'Blocked' END AS disposition, log_status AS status_code FROM t
            """);
        AssertSame(text, parquet, "parquet (OCSF) v5, 22 columns");
    }

    [Fact]
    public void Newer_encodings_and_floating_point_are_read()
    {
        byte[] text = Text(FlowColumns.Default, rows: 5_000);
        string copy = """
            SELECT * REPLACE (srcport::INTEGER AS srcport, dstport::INTEGER AS dstport, protocol::INTEGER AS protocol, packets::BIGINT AS packets, bytes::BIGINT AS bytes, start::BIGINT AS start, "end"::BIGINT AS "end") FROM t
            """;
        AssertSame(text, DuckDb(text, copy, ", PARQUET_VERSION V2"), "parquet v2 default");
        AssertSame(text, DuckDb(text, """SELECT * REPLACE (srcport::DOUBLE AS srcport, dstport::FLOAT AS dstport, protocol::DOUBLE AS protocol, start::DOUBLE AS start, "end"::DOUBLE AS "end") FROM t"""), "parquet v2 default");
    }

    [Fact]
    public void Times_of_every_unit_are_told()
    {
        byte[] text = Text(FlowColumns.Default, rows: 300);
        foreach (string type in new[] { "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMPTZ" })
            AssertSame(text, DuckDb(text, $"""SELECT * REPLACE (to_timestamp(start::BIGINT)::{type} AS start, to_timestamp("end"::BIGINT)::{type} AS "end") FROM t"""), "parquet v2 default");
    }

    [Fact]
    public void Accounts_as_numbers_have_twelve_digits()
    {
        byte[] text = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Text(FlowColumns.Default, rows: 100)).Replace(" 210987654321 ", " 010987654321 ", StringComparison.Ordinal));
        AssertSame(text, DuckDb(text, "SELECT * REPLACE (account_id::BIGINT AS account_id) FROM t"), "parquet v2 default");
    }

    [Fact]
    public void A_transit_gateway_s_table_is_counted_also_within_one_of_VPC_records()
    {
        byte[] text = Text(FlowColumns.Default, rows: 100);
        var reading = Reading.Of(DuckDb(text, "SELECT 'tgw-0123456789abcdef0' AS tgw_id, 'TransitGateway' AS resource_type, srcaddr, dstaddr, srcport, dstport, start FROM t LIMIT 7"));
        Assert.Equal((0, 7, "parquet transit gateway"), (reading.Result.Records, reading.Result.TransitGateway, reading.Result.Format));
        reading = Reading.Of(DuckDb(text, "SELECT * FROM t UNION ALL BY NAME SELECT 'tgw-0123456789abcdef0' AS tgw_id, srcaddr, dstaddr, '40000' AS srcport, '53' AS dstport, start FROM t LIMIT 107"));
        Assert.Equal((100, 7), (reading.Result.Records, reading.Result.TransitGateway));
        Assert.Equal(Reading.Of(text).Accepted.Count, reading.Accepted.Count);
    }

    [Fact]
    public void Parquet_without_the_needed_columns_or_of_another_class_is_refused()
    {
        byte[] text = Text(FlowColumns.Default, rows: 50);
        Assert.Contains("lacks dstport and protocol", Reading.Refused(DuckDb(text, "SELECT * EXCLUDE (dstport, protocol) FROM t")).Reason, StringComparison.Ordinal);
        Assert.Contains("OCSF class 3002", Reading.Refused(DuckDb(text, "SELECT 3002 AS class_uid, {'port': 1, 'ip': srcaddr, 'interface_uid': interface_id} AS src_endpoint, {'port': 53, 'ip': dstaddr} AS dst_endpoint, {'protocol_num': 6} AS connection_info, 1700000000 AS time FROM t")).Reason, StringComparison.Ordinal);
        Assert.Contains("without any flow-log column", Reading.Refused(DuckDb(text, "SELECT 1 AS a")).Reason, StringComparison.Ordinal);
        Assert.Contains("start has the type Boolean", Reading.Refused(DuckDb(text, "SELECT * REPLACE (start IS NULL AS start) FROM t")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_parquet_is_told()
    {
        byte[] parquet = Parquet(Text(FlowColumns.Default, rows: 300));
        for (int length = 4; length < parquet.Length; length += 61)
        {
            var refusal = Reading.Refused(parquet[..length], new FlowObjectInfo("object"));
            Assert.True(refusal.Retryable || refusal.Reason.StartsWith("damaged", StringComparison.Ordinal), refusal.Reason);
        }
        Assert.Contains("does not fit", Reading.Refused([.. parquet[..^8], 255, 255, 255, 127, .. parquet[^4..]]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_behind_in_the_temporary_folder()
    {
        byte[] parquet = Parquet(Text(FlowColumns.Default, rows: 100));
        var tuning = new ReadTuning { TemporaryFolder = Path.Combine(_folder, "spool") };
        Directory.CreateDirectory(tuning.TemporaryFolder);
        Reading.Of(parquet, tuning: tuning);
        Reading.Refused(parquet[..^3], new FlowObjectInfo("object"), tuning: tuning);
        Assert.Empty(Directory.GetFiles(tuning.TemporaryFolder));
    }
}
