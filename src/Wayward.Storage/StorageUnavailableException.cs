namespace Wayward.Storage;

public enum StorageProblem : byte { DiskFull = 1, ReadOnly = 2, CannotOpen = 3, InputOutput = 4, Damaged = 5, Busy = 6, Unreachable = 7, OtherSchema = 8, Empty = 9 }

/// <summary>
/// The database cannot do what was asked, for a reason outside the program. Nothing was written; the same call succeeds once the cause is gone.
/// </summary>
/// <param name="message">What is wrong and what to do, for the operator.</param>
public sealed class StorageUnavailableException(StorageProblem problem, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageProblem Problem { get; } = problem;
}
