using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>
/// The first step of every evaluation: all instances of a fleet are given once, one after the other. Then one of: <see cref="EvaluateAsync"/>, for a fleet that is evaluated once; <see cref="Start"/>, for one
/// that is evaluated again and again; <see cref="Resume"/>, for one whose findings are stored already. Not thread-safe.
/// </summary>
/// <param name="maxStart">Largest record start of the whole data set, Unix seconds, for the watermark.</param>
public sealed class FleetLoader(DetectionEngine engine, long maxStart)
{
    private readonly FleetState _state = new(engine) { MaxStart = maxStart };

    /// <summary>Takes in an instance, whole.</summary>
    public void Load(InstanceHistory history) => _state.Load(history);

    /// <summary>In place of <see cref="Load"/>: takes in an instance from the summary that <see cref="LiveFleet.Content"/> gave to be saved.</summary>
    /// <param name="lastSeen">Largest end of its records, Unix seconds; null = it was touched since, and the first batch takes in what is new.</param>
    /// <returns>Unless it was taken, give the whole history to <see cref="Load"/>.</returns>
    public SavedSummary LoadSaved(InstanceKey key, byte[] content, long? lastSeen) => _state.LoadSaved(key, content, lastSeen);

    /// <summary>Evaluates everything.</summary>
    /// <param name="histories">Whole histories.</param>
    public DetectionResult Evaluate(Func<InstanceKey, InstanceHistory?> histories) => _state.Evaluate(histories);

    /// <summary>Evaluates everything, with histories fetched for some findings at a time, so that memory does not grow with their number.</summary>
    /// <param name="load">Gives the whole histories of these instances.</param>
    /// <param name="atOnce">Histories held at one time.</param>
    public Task<DetectionResult> EvaluateAsync(Func<IReadOnlySet<InstanceKey>, Task<ContactLedger>> load, int atOnce) => _state.EvaluateAsync(load, atOnce);

    /// <summary>Nothing was evaluated: the first batch evaluates everything.</summary>
    public LiveFleet Start() => new(_state);

    /// <summary>Everything that was loaded is evaluated and stored, by the same engine: only what a later watermark may change is remembered.</summary>
    public LiveFleet Resume()
    {
        _state.Resume();
        return new(_state);
    }

    /// <summary>How much of a whole ledger can be evaluated.</summary>
    internal BlindnessMeter Blindness(ContactLedger ledger) => _state.Blindness(ledger);

    /// <summary>What was accepted without a finding, of these instances.</summary>
    internal List<AcceptedContact> Accepted(IEnumerable<InstanceHistory> histories) => _state.Accepted(histories);
}
