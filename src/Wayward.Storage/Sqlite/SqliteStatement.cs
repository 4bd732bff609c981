using System.Runtime.InteropServices;
using SQLitePCL;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Sqlite;

/// <summary>
/// A prepared statement of the native library. Microsoft.Data.Sqlite boxes every bound value and allocates 2 KB a row, which halves the rate of
/// cell upserts; here nothing is allocated for numbers. Parameters count from 1, columns from 0.
/// </summary>
internal sealed partial class SqliteStatement : ILedgerStatement, IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;
    /// <summary>The same. A row of a cell is 27 columns, and each call by the safe handle costs as much as the value itself.</summary>
    private readonly nint _native;
    private int _next = 1;

    public SqliteStatement(sqlite3 db, string sql)
    {
        _db = db;
        Check(db, raw.sqlite3_prepare_v2(db, sql, out _statement));
        _native = _statement.DangerousGetHandle();
    }

    public SqliteStatement Bind(long value)
    {
        Check(_db, raw.sqlite3_bind_int64(_statement, _next++, value));
        return this;
    }

    public SqliteStatement Bind(double value)
    {
        Check(_db, raw.sqlite3_bind_double(_statement, _next++, value));
        return this;
    }

    public SqliteStatement Bind(string? value)
    {
        Check(_db, value is null ? raw.sqlite3_bind_null(_statement, _next++) : raw.sqlite3_bind_text(_statement, _next++, value));
        return this;
    }

    public SqliteStatement Bind(byte[]? value)
    {
        Check(_db, value is null ? raw.sqlite3_bind_null(_statement, _next++) : raw.sqlite3_bind_blob(_statement, _next++, value));
        return this;
    }

    /// <summary>Runs to the end and makes the statement ready for the next values.</summary>
    public void Run()
    {
        int code;
        while ((code = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
        {
        }
        string? message = code == raw.SQLITE_DONE ? null : raw.sqlite3_errmsg(_db).utf8_to_string();
        Reset();
        if (message is not null) throw new SqliteNativeException(code, message);
    }

    /// <summary>Steps to the next row; false at the end, where the statement has been reset. After the last row that is wanted, call <see cref="Reset"/>.</summary>
    public bool Read()
    {
        int code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW) return true;
        string? message = code == raw.SQLITE_DONE ? null : raw.sqlite3_errmsg(_db).utf8_to_string();
        Reset();
        return message is null ? false : throw new SqliteNativeException(code, message);
    }

    public long Int64(int column) => ColumnInt64(_native, column);
    public int Int32(int column) => (int)ColumnInt64(_native, column);
    public string? Text(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_text(_statement, column).utf8_to_string();
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Reset()
    {
        // The code repeats that of the failed step, which has been reported.
        _ = raw.sqlite3_reset(_statement);
        _next = 1;
    }

    public static void Check(sqlite3 db, int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)) throw new SqliteNativeException(code, raw.sqlite3_errmsg(db).utf8_to_string());
    }

    ILedgerStatement ILedgerStatement.Bind(long value) => Bind(value);
    ILedgerStatement ILedgerStatement.Bind(string? value) => Bind(value);
    ILedgerStatement ILedgerStatement.Bind(byte[]? value) => Bind(value);

    public void Dispose() => _statement.Dispose();

    // Neither blocks nor calls back: the connection belongs to one thread.
    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    private static partial long ColumnInt64(nint statement, int column);
}
