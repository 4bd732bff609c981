namespace Wayward.Web.Demo;

/// <summary>
/// The demo's time of day: it begins a quarter of an hour after the last record, as if the logs had just arrived, and runs on from there. Without it every page would say how many
/// months ago all this was. Waiting and timers are real.
/// </summary>
internal sealed class DemoClock : TimeProvider
{
    private readonly TimeSpan _offset = DateTimeOffset.FromUnixTimeSeconds(DemoTime.End).AddMinutes(15) - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _offset;
}
