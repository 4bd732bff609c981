using System.Data.Common;
using System.Globalization;
using Wayward.FlowLogs;
using Wayward.Engine.Sources;
using Wayward.Storage;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// Decides between retry and quarantine. Nothing is retried for ever on the object's own account, and nothing is given up because the
/// network or a credential failed.
/// </summary>
public sealed class IngestFaultPolicy(IngestOptions options)
{
    private const int MaxReason = 500;
    /// <summary>Linux error numbers, as an <see cref="IOException"/> carries them: ENOSPC, EDQUOT, EMFILE, ENFILE.</summary>
    private const int NoSpace = 28, QuotaExceeded = 122, TooManyFilesHere = 24, TooManyFiles = 23;

    /// <param name="attempts">Tries before this one.</param>
    public Fault Evaluate(Exception error, int attempts) => error switch
    {
        SourceUnavailableException e => new(FaultVerdict.RetrySource, Clean(e.Message), Delay(attempts), e.NeedsOperator),
        _ when MachineTrouble(error) is { } trouble => new(FaultVerdict.RetryMachine, Clean(trouble), Delay(attempts)),
        ReadStalledException e => Limited(e.Message, attempts, options.InterruptedTries),
        SourceObjectChangedException e => Limited(e.Message, attempts, options.ObjectTries),
        SourceObjectGoneException e => Limited(e.Message, attempts, options.UnknownTries),
        FlowObjectException { Retryable: false } e => new(FaultVerdict.Quarantine, Clean(ReasonOf(e)), default),
        FlowObjectException e => Limited(ReasonOf(e), attempts, options.ObjectTries),
        UnauthorizedAccessException or IOException or TimeoutException => Limited(error.Message, attempts, options.ObjectTries),
        _ => Limited(error.GetType().Name + ": " + error.Message, attempts, options.UnknownTries),
    };

    /// <summary>True when the database cannot be written for now (full, locked, read-only, gone): then no object is to blame.</summary>
    public static bool IsStoreUnavailable(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case StorageUnavailableException:
                    return true;
                // FULL, IOERR, BUSY, LOCKED, READONLY, CANTOPEN, NOMEM, PROTOCOL
                case Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 13 or 10 or 5 or 6 or 8 or 14 or 7 or 15 }:
                case DbException { IsTransient: true }:
                case IOException or UnauthorizedAccessException or TimeoutException:
                    return true;
            }
        }
        return false;
    }

    /// <summary>What this machine lacks; null = the machine is not at fault.</summary>
    private static string? MachineTrouble(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is IOException && (e.HResult & 0xFFFF) is NoSpace or QuotaExceeded) return $"no space for temporary files in {Path.GetTempPath()}: {e.Message}";
            if (e is IOException && (e.HResult & 0xFFFF) is TooManyFilesHere or TooManyFiles) return $"too many open files: {e.Message}";
            if (e is OutOfMemoryException) return $"not enough memory: {e.Message}";
        }
        return null;
    }

    /// <summary>Doubling from the base to the maximum, spread by a fifth either way so that objects that failed together do not come back together.</summary>
    public TimeSpan Delay(int attempts)
    {
        double factor = Math.Pow(2, Math.Clamp(attempts, 0, 30));
        double seconds = Math.Min(options.RetryBase.TotalSeconds * factor, options.RetryMaximum.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.8 + 0.4 * Random.Shared.NextDouble()));
    }

    private Fault Limited(string reason, int attempts, int tries) => attempts + 1 < tries
        ? new(FaultVerdict.Retry, Clean(reason), Delay(attempts))
        : new(FaultVerdict.Quarantine, Clean(string.Create(CultureInfo.InvariantCulture, $"{reason} (after {attempts + 1} tries)")), default);

    private static string ReasonOf(FlowObjectException e) =>
        e.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line}: {e.Reason}") : e.Reason;

    /// <summary>Reasons carry names and text from outside: control characters do not reach logs or pages.</summary>
    private static string Clean(string text)
    {
        var clean = text.Length <= MaxReason ? text : text[..MaxReason] + "…";
        return string.Create(clean.Length, clean, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }
}
