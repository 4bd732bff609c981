using Npgsql;
using NpgsqlTypes;

namespace Wayward.Storage.PostgreSql;

/// <summary>The writer's connection: short calls with typed array parameters, each one round trip.</summary>
internal sealed class PgSession(NpgsqlConnection connection)
{
    public void Execute(string sql, params NpgsqlParameter[] parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    public List<T> Query<T>(string sql, Func<NpgsqlDataReader, T> row, params NpgsqlParameter[] parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    /// <summary>All statements in one round trip.</summary>
    public void Execute(IEnumerable<(string Sql, NpgsqlParameter[] Parameters)> statements)
    {
        using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, parameters) in statements)
        {
            // Constants of this assembly; values are always parameters.
#pragma warning disable CA2100
            var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
            foreach (var parameter in parameters) command.Parameters.Add(parameter);
            batch.BatchCommands.Add(command);
        }
        if (batch.BatchCommands.Count > 0) batch.ExecuteNonQuery();
    }

    private NpgsqlCommand Command(string sql, NpgsqlParameter[] parameters)
    {
        // Constants of this assembly; values are always parameters.
#pragma warning disable CA2100
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }
}

/// <summary>Typed parameters by position.</summary>
internal static class Pg
{
    public static NpgsqlParameter Value(long value) => new NpgsqlParameter<long> { TypedValue = value };
    public static NpgsqlParameter Value(int value) => new NpgsqlParameter<int> { TypedValue = value };
    public static NpgsqlParameter Value(double value) => new NpgsqlParameter<double> { TypedValue = value };
    public static NpgsqlParameter Value(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = value is null ? DBNull.Value : PgText.Storable(value) };
    public static NpgsqlParameter Value(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value };

    public static NpgsqlParameter Array(IEnumerable<long> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = values.ToArray() };
    public static NpgsqlParameter Array(IEnumerable<int> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer, Value = values.ToArray() };
    public static NpgsqlParameter Array(IEnumerable<short> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint, Value = values.ToArray() };
    public static NpgsqlParameter Array(IEnumerable<string?> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = values.Select(v => v is null ? null : PgText.Storable(v)).ToArray() };
    public static NpgsqlParameter Array(IEnumerable<byte[]?> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = values.ToArray() };
}
