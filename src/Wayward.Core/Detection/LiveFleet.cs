using Wayward.Core.Contacts;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>
/// A fleet between two evaluations. Summaries of all instances stay in memory, so that a batch costs what it touched, not what the store holds. It serves one catalogue and one set of parameters: when
/// they change, load another. Not thread-safe.
/// </summary>
public sealed class LiveFleet
{
    private readonly FleetState _state;

    internal LiveFleet(FleetState state) => _state = state;

    /// <summary>With the rules of the last batch.</summary>
    public DetectionEngine Engine => _state.Engine;

    /// <summary>Begins a batch: what is new since the last one is given to it. If that fails on the way, the fleet is of no more use; load another.</summary>
    /// <param name="engine">With the fleet's catalogue and parameters. Where its rules are others than before, give whole to <see cref="LiveBatch.Update"/> whoever ever contacted a target of a rule that came or
    /// went: of all others the rules say what they said before.</param>
    /// <param name="maxStart">Largest record start of the whole data set, Unix seconds, for the watermark.</param>
    public LiveBatch Begin(DetectionEngine engine, long maxStart)
    {
        _state.UseRules(engine);
        _state.MaxStart = maxStart;
        return new(_state);
    }

    /// <summary>How much of some hours can be evaluated.</summary>
    /// <param name="from">Hours since the epoch.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="coverage">Of all instances, the days that hold these hours.</param>
    public BlindnessMeter Blindness(long from, long to, IEnumerable<KeyValuePair<InstanceKey, List<CoverageDay>>> coverage) => _state.Blindness(from, to, coverage);

    /// <summary>Instances whose <see cref="Content"/> is not what was saved last. Instances that were only seen are not among them.</summary>
    public IReadOnlyCollection<InstanceKey> Unsaved => _state.Unsaved;

    /// <summary>What <see cref="FleetLoader.LoadSaved"/> takes; good for this program, catalogue, parameters, rules and inventory.</summary>
    public byte[] Content(InstanceKey key) => _state.Content(key);

    /// <summary>The content of all of <see cref="Unsaved"/> is saved.</summary>
    public void MarkSaved() => _state.MarkSaved();
}

/// <summary>Takes in what is new, then evaluates what that may change.</summary>
public sealed class LiveBatch
{
    private readonly FleetState _state;

    internal LiveBatch(FleetState state) => _state = state;

    /// <summary>
    /// Takes in an instance of which nothing is new but further records of no target, not earlier than its last contact, which carry its last epoch on: far cheaper than <see cref="Update"/>, and most
    /// instances of most batches.
    /// </summary>
    /// <param name="end">Latest end of its records, Unix seconds.</param>
    /// <returns>False = this is not enough to know; give its whole history to <see cref="Update"/>.</returns>
    public bool Extend(InstanceKey key, long end) => _state.Extend(key, end);

    /// <summary>From where on the history of a touched instance is enough for <see cref="Continue"/>, which may still say no; null = it takes all of it.</summary>
    /// <param name="hour">Nothing of it changed before this hour, but when it was last seen; 0 = anything may have changed.</param>
    public HistoryStart? TailOf(InstanceKey key, int hour) => _state.TailOf(key, hour);

    /// <summary>
    /// What <see cref="Update"/> does, for the price of what is new. Only for instances of which nothing but the ledger changed since they were last taken in: not for those that other rules or another
    /// inventory concern.
    /// </summary>
    /// <returns>False = it takes the whole history to know.</returns>
    public bool Continue(HistoryTail tail) => _state.Continue(tail);

    /// <summary>Takes in the whole present history of a touched instance.</summary>
    public void Update(InstanceHistory history) => _state.Update(history);

    /// <summary>Evaluates what changed since the last evaluation that was marked stored.</summary>
    /// <param name="load">Gives the whole present histories of these instances.</param>
    /// <param name="atOnce">Histories held at one time.</param>
    /// <param name="loadPart">Gives the same but for the cells and evidence of other addresses than these and the instances' own ports; null, or an answer of null = <paramref name="load"/> is asked.</param>
    public async Task<LiveEvaluation> EvaluateAsync(
        Func<IReadOnlySet<InstanceKey>, Task<ContactLedger>> load, int atOnce, Func<IReadOnlySet<InstanceKey>, IReadOnlySet<IpAddress>, Task<ContactLedger?>>? loadPart = null) =>
        new(_state, await _state.EvaluateAsync(load, atOnce, loadPart));
}

/// <summary>An evaluation that is to be stored.</summary>
public sealed class LiveEvaluation
{
    private readonly FleetState _state;

    internal LiveEvaluation(FleetState state, DetectionResult result) => (_state, Result) = (state, result);

    public DetectionResult Result { get; }

    /// <summary>The rule that explains why a stored finding is no longer said; null when no rule does.</summary>
    public ExpectedTarget? Covering(Finding finding) => _state.Covering(finding);

    /// <summary>The result is stored. Where this is not called, the next evaluation says the same again.</summary>
    public void MarkStored() => _state.Accept();
}
