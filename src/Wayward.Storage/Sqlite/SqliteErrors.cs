using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Wayward.Storage.Sqlite;

/// <summary>A call of the native library failed.</summary>
internal sealed class SqliteNativeException(int code, string message) : Exception(message)
{
    /// <summary>Primary result code.</summary>
    public int Code { get; } = code & 0xFF;
}

internal static class SqliteErrors
{
    /// <summary>SQLite's primary result code, looked for through inner exceptions; 0 = none.</summary>
    public static int Code(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SqliteException e) return e.SqliteErrorCode & 0xFF;
            if (exception is SqliteNativeException n) return n.Code;
        }
        return 0;
    }

    public static StorageUnavailableException? Explain(Exception exception, string path) => exception is StorageUnavailableException ? null : Code(exception) switch
    {
        raw.SQLITE_FULL => new(StorageProblem.DiskFull, $"The disk that holds '{path}' is full. Nothing was lost: free some space and work goes on by itself.", exception),
        raw.SQLITE_READONLY => new(StorageProblem.ReadOnly, $"'{path}' cannot be written: the file or its file system is read-only. Pages can be read; make it writable and work goes on by itself.", exception),
        raw.SQLITE_CANTOPEN => new(StorageProblem.CannotOpen, $"'{path}' or its -wal and -shm files cannot be opened. Check that the data directory exists, is writable by this user, and has space.", exception),
        raw.SQLITE_IOERR => new(StorageProblem.InputOutput, $"Reading or writing '{path}' failed in the file system. Check the disk; nothing half-written is kept.", exception),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(StorageProblem.Damaged, $"'{path}' is damaged or not a Wayward database. Stop the program and restore a backup (wayward restore).", exception),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(StorageProblem.Busy, $"'{path}' was locked by another process for too long. Is a second Wayward running on the same data directory?", exception),
        _ => null,
    };
}
