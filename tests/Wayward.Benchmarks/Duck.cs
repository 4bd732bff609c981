using System.Globalization;
using DuckDB.NET.Data;

namespace Wayward.Benchmarks;

/// <summary>DuckDB on the same job: filter, sides, roll-up by interface, endpoint and hour. What it counts on ports 53 and 853 over IPv4 must be what Wayward counts.</summary>
internal static class Duck
{
    public static int Run(int threads, string[] files)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Sql(threads, files);
        using var reader = command.ExecuteReader();
        reader.Read();
        string[] names = ["cells", "out", "in", "packets-out", "bytes-out", "packets-in", "bytes-in", "rejected"];
        Console.WriteLine("dns " + string.Join(' ', names.Select((n, i) => $"{n} {Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)}")));
        return 0;
    }

    /// <summary>For duckdb.mjs, which runs it with DuckDB's own client.</summary>
    public static int Print(int threads, string[] files)
    {
        Console.WriteLine(Sql(threads, files));
        return 0;
    }

    private static string Sql(int threads, string[] files)
    {
        string list = string.Join(',', files.Select(f => $"'{f.Replace("'", "''", StringComparison.Ordinal)}'"));
        return string.Create(CultureInfo.InvariantCulture, $$"""
            SET threads = {{threads}};
            WITH f AS (SELECT * FROM read_csv([{{list}}], delim=' ', header=true, nullstr='-', auto_detect=false, quote='', escape='',
                 columns={'version':'INT','account_id':'VARCHAR','eni':'VARCHAR','srcaddr':'VARCHAR','dstaddr':'VARCHAR','srcport':'INT','dstport':'INT','protocol':'INT','packets':'BIGINT','bytes':'BIGINT','start':'BIGINT','stop':'BIGINT','action':'VARCHAR','log_status':'VARCHAR'})
                 WHERE srcport IN (53, 853) OR dstport IN (53, 853)),
            m AS (SELECT *, dstport IN (53, 853) AND starts_with(srcaddr, '10.') AND NOT starts_with(dstaddr, '10.') AND NOT contains(dstaddr, ':') AS o,
                            srcport IN (53, 853) AND starts_with(dstaddr, '10.') AND NOT starts_with(srcaddr, '10.') AND NOT contains(srcaddr, ':') AS i FROM f),
            g AS (SELECT eni, if(o, dstaddr, srcaddr) AS remote, if(o, dstport, srcport) AS port, protocol, start // 3600 AS hour, min(start), max(stop), count(*) FILTER (o) AS n_out, count(*) FILTER (i) AS n_in,
                         sum(packets) FILTER (o) AS p_out, sum(bytes) FILTER (o) AS b_out, sum(packets) FILTER (i) AS p_in, sum(bytes) FILTER (i) AS b_in, count(*) FILTER (action = 'REJECT') AS rejected
                  FROM m WHERE o OR i GROUP BY ALL)
            SELECT count(*), sum(n_out), sum(n_in), sum(p_out), sum(b_out), sum(p_in), sum(b_in), sum(rejected) FROM g
            """);
    }
}
