namespace Wayward.Engine.Tests.Fakes;

/// <summary>A clock that a test moves. Timers run on the real one.</summary>
public sealed class TestTime(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;
    public override DateTimeOffset GetUtcNow() => _now;
    public void Advance(TimeSpan by) => _now += by;
}
