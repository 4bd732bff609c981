using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>A statement written with question marks, on a connection of PostgreSQL. Its rows are read at once: a connection has one open result at a time.</summary>
internal sealed class PgStatement : ILedgerStatement, IDisposable
{
    private readonly NpgsqlCommand _command;
    private List<object[]>? _rows;
    private int _row;

    public PgStatement(NpgsqlConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        // Statements of this assembly; values are always parameters.
#pragma warning disable CA2100
        _command.CommandText = Numbered(sql);
#pragma warning restore CA2100
    }

    /// <summary>The question marks as $1, $2 and so on.</summary>
    internal static string Numbered(string sql)
    {
        var text = new StringBuilder(sql.Length + 16);
        int next = 0;
        foreach (char c in sql)
        {
            if (c == '?') text.Append(CultureInfo.InvariantCulture, $"${++next}");
            else text.Append(c);
        }
        return text.ToString();
    }

    public ILedgerStatement Bind(long value) => Add(value, NpgsqlDbType.Bigint);

    public ILedgerStatement Bind(string? value) => Add(value is null ? DBNull.Value : PgText.Storable(value), NpgsqlDbType.Text);

    public ILedgerStatement Bind(byte[]? value) => Add(value ?? (object)DBNull.Value, NpgsqlDbType.Bytea);

    private PgStatement Add(object value, NpgsqlDbType type)
    {
        _command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return this;
    }

    public void Run()
    {
        _command.ExecuteNonQuery();
        Reset();
    }

    public bool Read()
    {
        if (_rows is null)
        {
            _rows = [];
            using var reader = _command.ExecuteReader();
            while (reader.Read())
            {
                var values = new object[reader.FieldCount];
                reader.GetValues(values);
                _rows.Add(values);
            }
        }
        if (_row < _rows.Count)
        {
            _row++;
            return true;
        }
        Reset();
        return false;
    }

    public long Int64(int column) => Convert.ToInt64(Value(column), CultureInfo.InvariantCulture);
    public int Int32(int column) => Convert.ToInt32(Value(column), CultureInfo.InvariantCulture);
    public string? Text(int column) => Value(column) as string;
    public ReadOnlySpan<byte> Blob(int column) => Value(column) as byte[];

    private object Value(int column) => _rows![_row - 1][column];

    public void Reset()
    {
        _command.Parameters.Clear();
        _rows = null;
        _row = 0;
    }

    public void Dispose() => _command.Dispose();
}

/// <summary>PostgreSQL's text holds no NUL, and its driver sends no half of a surrogate pair; names and lines from outside may have either.</summary>
internal static class PgText
{
    public static string Storable(string text)
    {
        string clean = text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
        if (!clean.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return clean;
        // Decoding replaces what is no character by U+FFFD.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(clean));
    }
}
