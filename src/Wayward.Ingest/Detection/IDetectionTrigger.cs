namespace Wayward.Ingest.Detection;

/// <summary>How the pipeline wakes the judgement without waiting for it.</summary>
public interface IDetectionTrigger
{
    /// <summary>Something was committed.</summary>
    void Signal();
    /// <summary>Nothing more is under way: what was signalled need not wait for further commits.</summary>
    void Calm() { }
    /// <summary>Everything signalled so far is judged and stored.</summary>
    bool CaughtUp { get; }
    /// <summary>End of the last judgement.</summary>
    DateTimeOffset? LastRun { get; }
    /// <summary>Why the last judgement could not be stored (disk full, read-only, locked); null = nothing is wrong with the database.</summary>
    string? StoreProblem => null;
}

/// <summary>Of a process that only shows pages: nothing is committed here, so nothing waits to be judged.</summary>
internal sealed class NobodyJudgesHere : IDetectionTrigger
{
    public void Signal()
    {
    }

    public bool CaughtUp => true;
    public DateTimeOffset? LastRun => null;
}
