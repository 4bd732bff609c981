using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Engine.Inventories;

namespace Wayward.Engine.Detection;

/// <summary>
/// How much of the last day of data can be evaluated, as of the last evaluation of this process. Only the process that evaluates knows: elsewhere, and before the first evaluation, there is none.
/// Interfaces of AWS services and records without a side are not in it; the ledger has no hours of them.
/// </summary>
public sealed class BlindnessGauge(TimeProvider time)
{
    private const int Hours = 24;
    /// <summary>It costs at most this part of the time.</summary>
    private const int Idle = 20;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private volatile BlindnessMeter? _latest;
    private volatile IReadOnlyList<FlowLogOverlap> _overlaps = [];
    private long _hour, _measured;
    private TimeSpan _pause;

    public BlindnessMeter? Latest
    {
        get => _latest;
        internal set => _latest = value;
    }

    /// <summary>Flow logs that log the same interfaces at the same time.</summary>
    public IReadOnlyList<FlowLogOverlap> Overlaps
    {
        get => _overlaps;
        internal set => _overlaps = value;
    }

    /// <summary>Measures again when the data went on and that was not done just now. Called by one evaluation at a time.</summary>
    internal async Task MeasureAsync(LiveFleet fleet, InventoryView view, CancellationToken cancellation)
    {
        long hour = UnixTime.Hour(view.MaxStart) + 1;
        if (view.MaxStart == 0 || _latest is not null && (hour == _hour || time.GetElapsedTime(_measured) < _pause)) return;
        long began = time.GetTimestamp();
        _latest = fleet.Blindness(hour - Hours, hour, await view.CoverageAsync(UnixTime.Day((hour - Hours) * UnixTime.HourSeconds), cancellation));
        _overlaps = await view.OverlapsAsync(cancellation);
        (_hour, _measured) = (hour, time.GetTimestamp());
        _pause = time.GetElapsedTime(began) * Idle is var pause && pause > Least ? pause : Least;
    }
}
