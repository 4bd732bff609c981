using DuckDB.NET.Data;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Oracle;

/// <summary>An in-memory DuckDB that holds records for a reference query.</summary>
internal sealed class OracleDatabase : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public OracleDatabase() => _connection.Open();

    public void Dispose() => _connection.Dispose();

    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public List<string> Rows(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join(' ', values.Select(v => Convert.ToString(v, System.Globalization.CultureInfo.InvariantCulture))));
        }
        return rows;
    }

    /// <summary>Fills a table row by row; values are null, long, int, bool or string.</summary>
    public void Fill(string table, IEnumerable<object?[]> rows)
    {
        using var appender = _connection.CreateAppender(table);
        foreach (var values in rows)
        {
            var row = appender.CreateRow();
            foreach (object? value in values)
            {
                if (value is null) row.AppendNullValue();
                else if (value is long l) row.AppendValue(l);
                else if (value is int i) row.AppendValue(i);
                else if (value is bool b) row.AppendValue(b);
                else row.AppendValue((string)value);
            }
            row.EndRow();
        }
    }

    public static string KindOf(DnsTransport transport) => transport.Name();

    public static string? Direction(FlowLine line) => line.Direction switch { FlowDirection.Egress => "egress", FlowDirection.Ingress => "ingress", _ => null };

    public static string Status(FlowLine line) => line.Status switch { LogStatus.NoData => "NODATA", LogStatus.SkipData => "SKIPDATA", _ => "OK" };

    /// <summary>An engine's finding in the words of the reference.</summary>
    public static string Row(Finding finding) =>
        $"{finding.Subject.Id} {finding.Transport.Name()} {finding.Addresses[0].Address} {finding.First} {finding.Last} {string.Join(',', finding.Members.Select(m => m.Id))} {finding.Outcome == ContactOutcome.Answered} {finding.Outcome == ContactOutcome.Blocked}";
}
