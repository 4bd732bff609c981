using Npgsql;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>Reads and writes cells without an entity between: typed columns straight from and to the wire.</summary>
internal static class PgCells
{
    private const int RowsBetweenChecks = 10_000;

    /// <summary>All cells as arrays, one for each column.</summary>
    public static readonly string Upsert = $"""
        INSERT INTO {ContactColumns.Table} ({ContactCellSql.Names}) SELECT * FROM unnest({string.Join(", ", Types().Select((type, i) => $"${i + 1}::{type}[]"))})
        ON CONFLICT ({string.Join(", ", ContactColumns.Key)}) DO UPDATE SET {ContactCellSql.Assignments("least", "greatest")}
        """;

    private static IEnumerable<string> Types() => ContactColumns.Key.Select(_ => "int")
        .Concat(ContactColumns.All.Select(c => c is NumberColumn number ? number.IsSmall ? "smallint" : "bigint" : "bytea"));

    public static void Read(NpgsqlConnection connection, CellSelection which, CellReceiver receive, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.Add(Pg.Value(which.FromHour));
        command.Parameters.Add(Pg.Value(which.ToHour));
        var where = "hour >= $1 AND hour < $2";
        if (which.Instances is not null)
        {
            command.Parameters.Add(Pg.Array(which.Instances));
            where += " AND instance_id = ANY($3)";
        }
        if (which.Endpoints is not null)
        {
            command.Parameters.Add(Pg.Array(which.Endpoints));
            where += $" AND endpoint_id = ANY(${command.Parameters.Count})";
        }
        if (which.OnlyTouched) where += " AND endpoint_id IN (SELECT endpoint_id FROM touched_endpoints)";
        // Names of this assembly; values are always parameters.
#pragma warning disable CA2100
        command.CommandText = $"SELECT {ContactCellSql.Names} FROM {ContactColumns.Table} WHERE {where} ORDER BY instance_id, endpoint_id, hour, log";
#pragma warning restore CA2100
        using var interrupt = cancellation.Register(static c => ((NpgsqlCommand)c!).Cancel(), command);
        using var row = command.ExecuteReader();
        for (int n = 1; row.Read(); n++)
        {
            if (n % RowsBetweenChecks == 0) cancellation.ThrowIfCancellationRequested();
            receive(row.GetInt32(0), row.GetInt32(1), Cell(row));
        }
    }

    private static ContactHour Cell(NpgsqlDataReader row)
    {
        var cell = new ContactHour { Hour = row.GetInt32(2), Log = row.GetInt32(3) };
        for (int i = 0; i < ContactColumns.All.Length; i++)
        {
            int at = ContactColumns.Key.Count + i;
            if (ContactColumns.All[i] is NumberColumn number) number.Set(cell, number.IsSmall ? row.GetInt16(at) : row.GetInt64(at));
            else ((BytesColumn)ContactColumns.All[i]).Set(cell, row.IsDBNull(at) ? [] : row.GetFieldValue<byte[]>(at));
        }
        return cell;
    }

    /// <summary>The parameters of <see cref="Upsert"/>.</summary>
    public static NpgsqlParameter[] Arrays(IReadOnlyCollection<(int Instance, int Endpoint, ContactHour Cell)> cells) =>
    [
        Pg.Array(cells.Select(c => c.Instance)), Pg.Array(cells.Select(c => c.Endpoint)), Pg.Array(cells.Select(c => c.Cell.Hour)), Pg.Array(cells.Select(c => c.Cell.Log)),
        .. ContactColumns.All.Select(column => column switch
        {
            NumberColumn { IsSmall: true } number => Pg.Array(cells.Select(c => (short)number.Get(c.Cell))),
            NumberColumn number => Pg.Array(cells.Select(c => number.Get(c.Cell))),
            _ => Pg.Array(cells.Select(c => ((BytesColumn)column).Get(c.Cell))),
        }),
    ];
}
