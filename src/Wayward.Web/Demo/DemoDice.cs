namespace Wayward.Web.Demo;

/// <summary>
/// Repeatable chance. Each (name, hour) has dice of its own, so that adding an actor to the scenario changes nobody else's traffic.
/// SplitMix64, seeded by FNV-1a: <see cref="Random"/> does not promise the same numbers in the next runtime.
/// </summary>
internal struct DemoDice
{
    private ulong _state;

    public DemoDice(string name, long salt)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char c in name) hash = (hash ^ c) * 1099511628211UL;
        _state = (hash ^ (ulong)salt) * 1099511628211UL;
    }

    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>From <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public int Between(int from, int to) => from + (int)((UInt128)Next() * (ulong)(to - from + 1) >> 64);

    /// <summary>An ephemeral port as Linux hands them out.</summary>
    public ushort EphemeralPort() => (ushort)Between(32_768, 60_999);
}
