namespace Wayward.Engine.Pipeline;

/// <summary>How far the reading of one object has come, so that a reading that stands still can be told from a long one. Written by one thread, read by another.</summary>
internal sealed class ReadProgress
{
    private long _steps;

    /// <summary>Grows with every piece of the object that was fetched and every record that was read.</summary>
    public long Steps => Volatile.Read(ref _steps);

    /// <summary>One more. Not atomic: only the reading thread calls it, and a lost step does no harm.</summary>
    public void Step() => _steps++;
}
