using System.Collections.Concurrent;

namespace Wayward.Engine.Loops;

/// <summary>How one background loop stands.</summary>
/// <param name="Failures">Failed runs in a row; 0 = the last run succeeded.</param>
/// <param name="Problem">What the last run failed with; null = it succeeded.</param>
/// <param name="Since">The first of these failures; null = none.</param>
public sealed record LoopState(string Name, int Failures, string? Problem, DateTimeOffset? Since)
{
    /// <summary>Failures in a row from which a loop counts as failing, not only as disturbed.</summary>
    private const int FailingAfter = 3;

    public bool Disturbed => Failures > 0;
    public bool Failing => Failures >= FailingAfter;
}

/// <summary>What the background loops of this process say of themselves, for the health check. Thread-safe.</summary>
public sealed class LoopHealth(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, LoopState> _states = new(StringComparer.Ordinal);

    /// <summary>All loops that have run at least once, by name.</summary>
    public IReadOnlyList<LoopState> States => [.. _states.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];

    public void Succeeded(string loop) => _states[loop] = new(loop, 0, null, null);

    /// <returns>Failures in a row, this one included.</returns>
    public int Failed(string loop, string problem) => _states.AddOrUpdate(
        loop,
        name => new(name, 1, problem, time.GetUtcNow()),
        (name, before) => new(name, before.Failures + 1, problem, before.Since ?? time.GetUtcNow())).Failures;
}
