using System.Net.Sockets;
using Npgsql;

namespace Wayward.Storage.PostgreSql;

/// <summary>What PostgreSQL's errors mean for the operator. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
internal static class PgErrors
{
    public static PostgresException? Find(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is PostgresException e) return e;
        return null;
    }

    /// <summary>Two transactions stood in each other's way; one was taken back and may simply run again.</summary>
    public static bool IsCollision(Exception exception) => Find(exception)?.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    public static bool IsUniqueViolation(Exception exception) => Find(exception)?.SqlState == PostgresErrorCodes.UniqueViolation;

    public static bool IsCancelled(Exception exception) => Find(exception)?.SqlState == PostgresErrorCodes.QueryCanceled;

    /// <param name="where">Names the server and the database without credentials.</param>
    public static StorageUnavailableException? Explain(Exception exception, string where)
    {
        if (exception is StorageUnavailableException) return null;
        if (Find(exception) is { } e) return Explain(e, exception, where);
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is NpgsqlException or SocketException or TimeoutException or EndOfStreamException)
                return new(StorageProblem.Unreachable, $"The database {where} cannot be reached: {inner.GetBaseException().Message} Nothing was lost; work goes on by itself once it answers.", exception);
        }
        return null;
    }

    private static StorageUnavailableException? Explain(PostgresException e, Exception exception, string where) => e.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new(StorageProblem.DiskFull, $"The disk of the database {where} is full. Nothing was lost: free some space and work goes on by itself.", exception),
        PostgresErrorCodes.ReadOnlySqlTransaction => new(StorageProblem.ReadOnly, $"The database {where} cannot be written: it is read-only, perhaps a standby. Pages can be read; name the primary server.", exception),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege =>
            new(StorageProblem.CannotOpen, $"The database {where} refuses this user: {e.MessageText}. Check Storage:ConnectionString and the user's rights.", exception),
        PostgresErrorCodes.InvalidCatalogName => new(StorageProblem.CannotOpen, $"The database {where} does not exist. Create it (createdb), then start again.", exception),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => new(StorageProblem.Damaged, $"The database {where} is damaged: {e.MessageText}. Stop the program and restore a backup.", exception),
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure =>
            new(StorageProblem.Busy, $"The database {where} is busy: {e.MessageText}. Work goes on by itself.", exception),
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.ConfigurationLimitExceeded or PostgresErrorCodes.IoError =>
            new(StorageProblem.InputOutput, $"The database {where} cannot serve this now: {e.MessageText}.", exception),
        // Connection lost, shutting down, starting up, or an idle transaction that the server has ended: 08xxx, 57Pxx, 25P03.
        _ when e.SqlState.StartsWith("08", StringComparison.Ordinal) || e.SqlState.StartsWith("57P", StringComparison.Ordinal) || e.SqlState == "25P03" =>
            new(StorageProblem.Unreachable, $"The database {where} cannot be reached: {e.MessageText}. Nothing was lost; work goes on by itself once it answers.", exception),
        _ => null,
    };
}
