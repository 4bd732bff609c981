namespace Wayward.Storage;

/// <summary>What this process found damaged in its database. Damage does not heal while the program runs: a backup is restored while it is stopped.</summary>
public sealed class StorageDamage
{
    private volatile string? _found;

    /// <summary>For the operator; null when no read or write met damage.</summary>
    public string? Found => _found;

    internal void Note(StorageUnavailableException problem)
    {
        if (problem.Problem == StorageProblem.Damaged) _found ??= problem.Message;
    }
}
