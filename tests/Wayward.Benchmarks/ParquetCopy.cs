using DuckDB.NET.Data;

namespace Wayward.Benchmarks;

/// <summary>Turns a text object into the same records as parquet with gzip inside.</summary>
internal static class ParquetCopy
{
    public static int Run(string text, string parquet)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $$"""
            COPY (SELECT * FROM read_csv('{{text}}', delim=' ', header=true, nullstr='-', auto_detect=false, quote='', escape='',
                 columns={'version':'INT','account_id':'VARCHAR','interface_id':'VARCHAR','srcaddr':'VARCHAR','dstaddr':'VARCHAR','srcport':'INT','dstport':'INT','protocol':'INT','packets':'BIGINT','bytes':'BIGINT','start':'BIGINT','end':'BIGINT','action':'VARCHAR','log_status':'VARCHAR'}))
            TO '{{parquet}}' (FORMAT parquet, COMPRESSION gzip)
            """;
        command.ExecuteNonQuery();
        return 0;
    }
}
