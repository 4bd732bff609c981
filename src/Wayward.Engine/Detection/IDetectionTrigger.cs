namespace Wayward.Engine.Detection;

/// <summary>How the pipeline wakes the evaluation without waiting for it.</summary>
public interface IDetectionTrigger
{
    /// <summary>Something was committed.</summary>
    void Signal();
    /// <summary>Nothing more is under way: what was signalled need not wait for further commits.</summary>
    void Calm() { }
    /// <summary>Everything signalled so far is evaluated and stored.</summary>
    bool CaughtUp { get; }
    /// <summary>End of the last evaluation.</summary>
    DateTimeOffset? LastRun { get; }
    /// <summary>Why the last evaluation could not be stored (disk full, read-only, locked); null = nothing is wrong with the database.</summary>
    string? StoreProblem => null;
}

/// <summary>Of a process that only shows pages: nothing is committed here, so nothing waits to be evaluated.</summary>
internal sealed class NothingEvaluatesHere : IDetectionTrigger
{
    public void Signal()
    {
    }

    public bool CaughtUp => true;
    public DateTimeOffset? LastRun => null;
}
