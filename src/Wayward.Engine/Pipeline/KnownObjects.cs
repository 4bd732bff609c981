namespace Wayward.Engine.Pipeline;

/// <summary>
/// Objects that the ledger is known to have, so that listing a source again costs the ledger nothing. 63-bit hashes only: about 30 MB for a million.
/// </summary>
internal sealed class KnownObjects
{
    private const int Limit = 1_000_000;
    private readonly HashSet<long> _ids = [];
    private readonly Lock _gate = new();

    /// <returns>True when it was not known.</returns>
    public bool Add(long objectId)
    {
        lock (_gate)
        {
            if (_ids.Count >= Limit) _ids.Clear();
            return _ids.Add(objectId);
        }
    }

    public void Remove(long objectId)
    {
        lock (_gate) _ids.Remove(objectId);
    }
}
