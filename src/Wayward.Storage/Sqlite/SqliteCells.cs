using System.Globalization;
using SQLitePCL;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Sqlite;

/// <summary>Reads and writes cells through the native library: a column costs a few nanoseconds instead of a boxed value.</summary>
internal static class SqliteCells
{
    private const int RowsBetweenChecks = 10_000;

    private static readonly string Insert = $"INSERT INTO {ContactColumns.Table} ({ContactCellSql.Names}) VALUES ({string.Join(',', Enumerable.Repeat("?", ContactColumns.Key.Count + ContactColumns.All.Length))})";

    /// <summary>Needs <see cref="ContactCellSql.MergeInnerSources"/> on the connection.</summary>
    public static readonly string Upsert = $"{Insert}\nON CONFLICT DO UPDATE SET {ContactCellSql.Assignments("min", "max")}";

    private static readonly string SelectAll =
        $"SELECT {ContactCellSql.NamesOf("h")} FROM contact_hours h WHERE h.hour >= ?1 AND h.hour < ?2 ORDER BY h.instance_id, h.endpoint_id, h.hour, h.log";

    public static void Read(sqlite3 db, CellSelection which, CellReceiver receive, CancellationToken cancellation)
    {
        using var select = new SqliteStatement(db, which.Instances is null ? SelectAll : OfInstance(which));
        if (which.Instances is null)
        {
            Read(select.Bind(which.FromHour).Bind(which.ToHour), receive, cancellation);
            return;
        }
        string? endpoints = which.Endpoints is null ? null : $"[{string.Join(',', which.Endpoints.Select(e => e.ToString(CultureInfo.InvariantCulture)))}]";
        foreach (int instance in which.Instances.Order())
        {
            select.Bind(which.FromHour).Bind(which.ToHour).Bind(instance);
            if (endpoints is not null) select.Bind(endpoints);
            Read(select, receive, cancellation);
        }
    }

    /// <summary>By way of the pairs, so that each is a seek to its hours and not a walk over its whole past.</summary>
    private static string OfInstance(CellSelection which) => $"""
        SELECT {ContactCellSql.NamesOf("h")} FROM contact_pairs p {(which.OnlyTouched ? "CROSS JOIN touched_endpoints t ON t.endpoint_id = p.endpoint_id" : "")}
            CROSS JOIN contact_hours h ON h.instance_id = p.instance_id AND h.endpoint_id = p.endpoint_id AND h.hour >= ?1 AND h.hour < ?2
        WHERE p.instance_id = ?3 {(which.Endpoints is null ? "" : "AND p.endpoint_id IN (SELECT value FROM json_each(?4))")} ORDER BY p.instance_id, p.endpoint_id, h.hour, h.log
        """;

    private static void Read(SqliteStatement select, CellReceiver receive, CancellationToken cancellation)
    {
        int first = ContactColumns.Key.Count;
        for (int row = 1; select.Read(); row++)
        {
            if (row % RowsBetweenChecks == 0) cancellation.ThrowIfCancellationRequested();
            var cell = new ContactHour { Hour = select.Int32(2), Log = select.Int32(3) };
            for (int i = 0; i < ContactColumns.All.Length; i++)
            {
                if (ContactColumns.All[i] is NumberColumn number) number.Set(cell, select.Int64(first + i));
                else ((BytesColumn)ContactColumns.All[i]).Set(cell, select.Blob(first + i));
            }
            receive(select.Int32(0), select.Int32(1), cell);
        }
    }

    public static SqliteStatement Bind(SqliteStatement statement, int instance, int endpoint, ContactHour cell)
    {
        statement.Bind(instance).Bind(endpoint).Bind(cell.Hour).Bind(cell.Log);
        foreach (var column in ContactColumns.All)
        {
            if (column is NumberColumn number) statement.Bind(number.Get(cell));
            else statement.Bind(((BytesColumn)column).Get(cell));
        }
        return statement;
    }

    /// <summary>Cells that are not there yet.</summary>
    public static void Add(sqlite3 db, IEnumerable<(int Instance, int Endpoint, ContactHour Cell)> cells)
    {
        using var insert = new SqliteStatement(db, Insert);
        foreach (var (instance, endpoint, cell) in cells) Bind(insert, instance, endpoint, cell).Run();
    }
}
