using Wayward.Core.Contacts;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>
/// The summaries of a fleet (some hundred bytes for each pair) and the alerts in it, kept up to date one instance at a time. What may be called when is said by the types before it: <see cref="FleetLoader"/>,
/// <see cref="LiveFleet"/>, <see cref="LiveBatch"/>, <see cref="LiveEvaluation"/>. Serves one catalogue and one set of parameters. Not thread-safe.
/// </summary>
internal sealed class FleetState
{
    private DetectionEngine _engine;
    private readonly Parameters _parameters;
    private readonly DetectionIndex _index;
    private readonly EpisodeEvaluator _evaluate;
    private readonly AlertIndex _alerts;
    /// <summary>Updated since the last evaluation.</summary>
    private readonly HashSet<InstanceKey> _updated = [];
    /// <summary>Seen since the last evaluation, and nothing more.</summary>
    private readonly HashSet<InstanceKey> _seen = [];
    /// <summary>Destinations whose use changed, with the earliest time from which it looks different.</summary>
    private readonly Dictionary<Destination, long> _changed = [];
    /// <summary>Those of them of which first contacts of others may be decided differently, with the earliest time.</summary>
    private readonly Dictionary<Destination, long> _begun = [];
    /// <summary>Cohorts whose observation changed, with the earliest time.</summary>
    private readonly Dictionary<string, long> _moved = new(StringComparer.Ordinal);
    /// <summary>Groups in which the evidence changed that a member serves DNS.</summary>
    private readonly HashSet<string> _serving = new(StringComparer.Ordinal);
    private readonly HashSet<FindingGroup> _unsettled = [];
    /// <summary>Whose summary is not the one that was saved last.</summary>
    private readonly HashSet<InstanceKey> _unsaved = [];
    private bool _isFresh = true;

    public FleetState(DetectionEngine engine)
    {
        _engine = engine;
        _parameters = engine.Parameters;
        _index = new DetectionIndex(engine.Parameters);
        _evaluate = new EpisodeEvaluator(_index, engine.Parameters);
        _alerts = new AlertIndex(engine, _index, _evaluate);
    }

    public DetectionEngine Engine => _engine;

    /// <summary>Largest record start of the whole data set, for the watermark.</summary>
    public long MaxStart { get; set; }

    /// <summary>Takes in an instance that nothing was evaluated of yet.</summary>
    public void Load(InstanceHistory history)
    {
        _index.Set(Summary(history));
        _updated.Add(history.Key);
        _unsaved.Add(history.Key);
    }

    /// <summary>In place of <see cref="Load"/>: what <see cref="Content"/> gave to be saved, of an instance of which nothing changed since but perhaps when it was last seen.</summary>
    /// <param name="lastSeen">Largest end of its records, Unix seconds; null = it was touched since, and <see cref="Continue"/> or <see cref="Update"/> follows.</param>
    /// <returns>Unless it was taken, give the whole history to <see cref="Load"/>.</returns>
    public SavedSummary LoadSaved(InstanceKey key, byte[] content, long? lastSeen)
    {
        var (summary, state) = SavedSummaries.Read(key, content, lastSeen, _engine);
        if (summary is null) return state;
        _index.Set(summary);
        _updated.Add(key);
        return SavedSummary.Taken;
    }

    /// <summary>Takes in the whole present history of a touched instance, and remembers what that may change for others.</summary>
    public void Update(InstanceHistory history) => Take(Summary(history));

    /// <summary>From where on the history of a touched instance is enough for <see cref="Continue"/>, which may still say no; null = it takes all of it.</summary>
    /// <param name="hour">Nothing of it changed before this hour, but when it was last seen; 0 = anything may have changed.</param>
    public HistoryStart? TailOf(InstanceKey key, int hour) =>
        hour > 0 && _index.Instances.TryGetValue(key, out var summary) && SummaryExtension.IsPossible(summary)
            ? new(hour, Math.Min(hour / 24, UnixTime.Day(summary.Epochs[^1].End) - 1)) : null;

    /// <summary>
    /// What <see cref="Update"/> does, for the price of what is new. Only for instances of which nothing but the ledger changed since they were last taken in: not for those that other rules or
    /// another inventory concern.
    /// </summary>
    /// <returns>False = it takes the whole history to know.</returns>
    public bool Continue(HistoryTail tail)
    {
        if (!_index.Instances.TryGetValue(tail.Part.Key, out var old) || SummaryExtension.Of(old, tail, _engine.Catalog, _engine.Matcher, _parameters) is not { } summary) return false;
        Take(summary);
        return true;
    }

    /// <summary>Instances whose <see cref="Content"/> is not what was saved last. Instances that were only seen are not among them.</summary>
    public IReadOnlyCollection<InstanceKey> Unsaved => _unsaved;

    /// <summary>What <see cref="LoadSaved"/> takes; good for this program, catalogue, parameters, rules and inventory.</summary>
    public byte[] Content(InstanceKey key) => SummaryContent.Write(_index.Instances[key]);

    /// <summary>The content of all of <see cref="Unsaved"/> is stored.</summary>
    public void MarkSaved() => _unsaved.Clear();

    private void Take(InstanceSummary summary)
    {
        var old = _index.Instances.GetValueOrDefault(summary.Key);
        _index.Set(summary);
        _updated.Add(summary.Key);
        _unsaved.Add(summary.Key);
        if (!(old?.Roles ?? Roles.None).ServesAs(summary.Roles)) _serving.UnionWith(summary.CohortEpochs.Select(c => c.Cohort));
        SessionChanges.AddDestinations(old, summary, MaxStart, _parameters, _changed, _begun);
        if (SessionChanges.Of(old, summary, MaxStart, _parameters) is not { } change) return;
        // Its age or its group looks different from some time on: whoever shares its targets or its cohort may be told so.
        foreach (var destination in summary.Destinations.Concat(old?.Destinations ?? [])) _changed[destination.Destination] = Math.Min(change.From, _changed.GetValueOrDefault(destination.Destination, long.MaxValue));
        foreach (string cohort in change.Cohorts) _moved[cohort] = Math.Min(change.From, _moved.GetValueOrDefault(cohort, long.MaxValue));
    }

    /// <summary>
    /// Of an instance nothing is new but further records of no target, not earlier than its last contact, which carry its last epoch on: far cheaper than <see cref="Update"/>, and most
    /// instances of most batches.
    /// </summary>
    /// <param name="end">Latest end of its records, Unix seconds.</param>
    /// <returns>False = this is not enough to know; give its whole history to <see cref="Update"/>.</returns>
    public bool Extend(InstanceKey key, long end)
    {
        if (!_index.Instances.TryGetValue(key, out var summary) || summary.Epochs.Length == 0) return false;
        long before = summary.Epochs[^1].End;
        if (!summary.Extend(end, AsksInterfaces)) return false;
        _index.Extended(summary);
        _seen.Add(key);
        if (end <= before || MaxStart <= before + _parameters.History) return true;
        // It had been silent for so long that someone's look back of H ended after its last record.
        foreach (var (cohort, _) in summary.CohortEpochs) _moved[cohort] = Math.Min(before, _moved.GetValueOrDefault(cohort, long.MaxValue));
        return true;
    }

    /// <summary>
    /// Other rules from now on. Whoever ever contacted a target of a rule that came or went must be given to <see cref="Update"/> next: of all others the rules say what they said before.
    /// </summary>
    /// <param name="engine">With the session's catalogue and parameters.</param>
    public void UseRules(DetectionEngine engine)
    {
        if (engine.Catalog.Hash != _engine.Catalog.Hash || engine.Options != _engine.Options) throw new ArgumentException("A session keeps its catalogue and its parameters.", nameof(engine));
        _engine = engine;
    }

    /// <summary>
    /// After all <see cref="Load"/>, in place of the first evaluation: everything that was loaded is evaluated and stored already, by the same engine. Only what a later watermark may change is remembered.
    /// </summary>
    public void Resume()
    {
        Prepare();
        Accept();
    }

    /// <summary>
    /// Evaluates what changed since the last accepted evaluation; the first one evaluates everything, since it cannot know what moved before. <see cref="DetectionResult.Evaluated"/> says what was
    /// evaluated; null = everything.
    /// </summary>
    /// <param name="histories">Whole present histories.</param>
    public DetectionResult Evaluate(Func<InstanceKey, InstanceHistory?> histories)
    {
        Prepare();
        return new(Build(_alerts.Drafts(), histories)) { Evaluated = Evaluated() };
    }

    /// <summary>The same, with histories fetched for some findings at a time, so that memory does not grow with their number.</summary>
    /// <param name="load">Gives the whole present histories of these instances.</param>
    /// <param name="atOnce">Histories held at one time.</param>
    /// <param name="loadPart">See <see cref="LiveBatch.EvaluateAsync"/>.</param>
    public async Task<DetectionResult> EvaluateAsync(
        Func<IReadOnlySet<InstanceKey>, Task<ContactLedger>> load, int atOnce, Func<IReadOnlySet<InstanceKey>, IReadOnlySet<IpAddress>, Task<ContactLedger?>>? loadPart = null)
    {
        Prepare();
        return new(await BuildAsync(_alerts.Drafts(), load, atOnce, loadPart)) { Evaluated = Evaluated() };
    }

    /// <summary>Findings in the making of all groups, when nothing was evaluated before.</summary>
    public List<FindingDraft> Drafts()
    {
        Prepare();
        return [.. _alerts.Drafts()];
    }

    public async Task<List<Finding>> BuildAsync(
        IEnumerable<FindingDraft> all, Func<IReadOnlySet<InstanceKey>, Task<ContactLedger>> load, int atOnce, Func<IReadOnlySet<InstanceKey>, IReadOnlySet<IpAddress>, Task<ContactLedger?>>? loadPart = null)
    {
        var findings = new List<Finding>();
        var drafts = new List<FindingDraft>();
        var needed = new HashSet<InstanceKey>();
        // By instance, so that findings of the same one share its history.
        foreach (var draft in all.OrderBy(d => d.FirstAlert.Instance.Key).ThenBy(d => d.First))
        {
            if (draft.Alerts.Count > atOnce)
            {
                if (await BuildInPartsAsync(draft, load, atOnce, loadPart) is { } finding) findings.Add(finding);
                continue;
            }
            drafts.Add(draft);
            needed.UnionWith(Needs(draft));
            if (needed.Count >= atOnce) await PartAsync();
        }
        if (drafts.Count > 0) await PartAsync();
        findings.Sort(Order);
        return findings;

        async Task PartAsync()
        {
            findings.AddRange(Build(drafts, (await load(needed)).Find));
            drafts.Clear();
            needed.Clear();
        }
    }

    /// <summary>A finding about so many members that their histories are not held at one time, and that are read no further than it takes.</summary>
    private async Task<Finding?> BuildInPartsAsync(
        FindingDraft draft, Func<IReadOnlySet<InstanceKey>, Task<ContactLedger>> load, int atOnce, Func<IReadOnlySet<InstanceKey>, IReadOnlySet<IpAddress>, Task<ContactLedger?>>? loadPart)
    {
        var facts = new DraftFacts(draft);
        var reference = FindingBuilder.Reference(draft, _index, _parameters);
        foreach (var alerts in draft.Alerts.Chunk(atOnce))
        {
            var keys = alerts.Select(a => a.Instance.Key).Append(reference).ToHashSet();
            var addresses = loadPart is null ? null : FindingBuilder.Addresses(alerts, MaxStart, _parameters);
            var part = (addresses is null ? null : await loadPart!(keys, addresses)) ?? await load(keys);
            Builder(part.Find).Gather(facts, alerts);
        }
        return Builder((await load(new HashSet<InstanceKey> { draft.FirstAlert.Instance.Key, reference })).Find).Finish(facts);
    }

    private FindingBuilder Builder(Func<InstanceKey, InstanceHistory?> histories) => new(_engine, _index, _evaluate, MaxStart, histories);

    public InstanceSummary? Find(InstanceKey key) => _index.Instances.GetValueOrDefault(key);

    public IEnumerable<InstanceSummary> All => _index.Instances.Values;

    /// <summary>In place of <see cref="Load"/>: a summary of another session, of which neither carries it on.</summary>
    public void Import(InstanceSummary summary)
    {
        _index.Set(summary);
        _updated.Add(summary.Key);
    }

    /// <summary>The rule that explains why a stored finding is no longer said; null when no rule does.</summary>
    public ExpectedTarget? Covering(Finding finding) => new RuleCoverage(_engine, _index).Covering(finding);

    /// <summary>The result of the last evaluation is stored. Until this is called, the next evaluation says the same again.</summary>
    public void Accept()
    {
        KeepUnsettled();
        _alerts.Clear();
        _isFresh = false;
    }

    /// <summary>Over a whole ledger.</summary>
    public BlindnessMeter Blindness(ContactLedger ledger)
    {
        var meter = new BlindnessBuilder(_evaluate, 0, long.MaxValue / UnixTime.HourSeconds);
        foreach (var (key, history) in ledger.Instances)
            if (_index.Instances.TryGetValue(key, out var summary)) meter.Add(summary, history.Coverage.Values);
        foreach (var (key, hours) in ledger.Blind) meter.Add(key, hours);
        return meter.Meter();
    }

    /// <summary>Over some hours of a fleet whose histories are not at hand.</summary>
    public BlindnessMeter Blindness(long from, long to, IEnumerable<KeyValuePair<InstanceKey, List<CoverageDay>>> coverage)
    {
        var meter = new BlindnessBuilder(_evaluate, from, to);
        foreach (var (key, days) in coverage)
            if (_index.Instances.TryGetValue(key, out var summary)) meter.Add(summary, days);
        return meter.Meter();
    }

    /// <summary>What was accepted without a finding, of these instances.</summary>
    public List<AcceptedContact> Accepted(IEnumerable<InstanceHistory> histories)
    {
        var finder = new AcceptedFinder(_engine, _index, _evaluate);
        return [.. histories.SelectMany(finder.Of)];
    }

    /// <summary>Contacts that nothing could evaluate, one for each episode.</summary>
    public IEnumerable<(InstanceKey Instance, bool IsKnown, long First)> Learned() =>
        from instance in _index.Instances.Values
        from destination in instance.Destinations
        from episode in destination.Episodes
        where _evaluate.Evaluate(destination, episode) is { Decision: EpisodeDecision.Learned }
        select (instance.Key, destination.Entry is not null, episode.Start);

    /// <summary>Does it matter which interface was an instance's own at a time?</summary>
    private bool AsksInterfaces => _engine.Matcher.AsksInterfaces;

    private InstanceSummary Summary(InstanceHistory history) => InstanceSummary.Of(history, _engine.Catalog, _engine.Matcher, _parameters);

    /// <summary>Decides what was updated, and finds the groups for which anything may look different. May be called again: what is dirty stays so until it is evaluated.</summary>
    private void Prepare()
    {
        var decide = new HashSet<InstanceKey>(_updated);
        foreach (var (cohort, from) in _moved)
        {
            if (_isFresh) break;
            foreach (var member in _index.Members(cohort))
                if (member.Destinations.Any(d => SessionChanges.HasYoung(d, from, _parameters))) decide.Add(member.Key);
        }
        _evaluate.Forget();
        if (_isFresh) foreach (var key in decide) _alerts.Decide(_index.Instances[key], null);
        else DecideAll(decide);
        _alerts.Gather();
        if (_isFresh) _alerts.TouchAll();
        else
        {
            if (_changed.Count + _moved.Count + _unsettled.Count + _serving.Count > 0) _alerts.Touch(Concerned);
            _seen.UnionWith(_updated);
            _alerts.TouchReferences(_seen);
        }
        _updated.Clear();
        _seen.Clear();
        _changed.Clear();
        _begun.Clear();
        _moved.Clear();
        _serving.Clear();
        _unsettled.Clear();
    }

    /// <summary>Decides these instances, and the young users of destinations whose other users began or alerted differently, until nothing differs any more.</summary>
    private void DecideAll(HashSet<InstanceKey> decide)
    {
        var pending = new Dictionary<Destination, long>(_begun);
        while (decide.Count + pending.Count > 0)
        {
            foreach (var (destination, from) in pending)
                foreach (var user in _index.Users(destination)?.All ?? [])
                    if (SessionChanges.HasYoung(user, from, _parameters)) decide.Add(user.Instance.Key);
            var differing = new Dictionary<Destination, long>();
            foreach (var key in decide) _alerts.Decide(_index.Instances[key], differing);
            foreach (var (destination, from) in differing) _changed[destination] = Math.Min(from, _changed.GetValueOrDefault(destination, long.MaxValue));
            // Whether a use made a finding decides whether it vouches for later ones.
            pending = _parameters.AlertedEstablishes > _parameters.Learning ? differing : [];
            decide.Clear();
        }
    }

    /// <summary>What is told of a finding's surroundings ends L after its first contact, so only changes before that matter.</summary>
    private bool Concerned(FindingGroup group, Alert alert)
    {
        if (_unsettled.Contains(group)) return true;
        if (_serving.Count > 0 && group.Type.AsksPeers && alert.Instance.CohortAt(alert.Start) is { } own && _serving.Contains(own)) return true;
        if (_changed.TryGetValue(alert.Destination.Destination, out long from) && from <= alert.Start + _parameters.Learning) return true;
        if (_moved.Count == 0) return false;
        string? cohort = alert.Evaluation.Cohort ?? alert.Instance.CohortAt(alert.Start);
        return cohort is not null && _moved.TryGetValue(cohort, out long moved) && moved <= alert.Start;
    }

    private List<Finding> Build(IEnumerable<FindingDraft> drafts, Func<InstanceKey, InstanceHistory?> histories)
    {
        var builder = Builder(histories);
        var findings = drafts.Select(builder.Build).OfType<Finding>().ToList();
        findings.Sort(Order);
        return findings;
    }

    private static int Order(Finding a, Finding b) => a.First.CompareTo(b.First) is var f && f != 0 ? f : string.CompareOrdinal(a.Id, b.Id);

    private IEnumerable<InstanceKey> Needs(FindingDraft draft) => FindingBuilder.Needs(draft, _index, _parameters);

    private DetectionScope? Evaluated() =>
        _isFresh ? null : new DetectionScope(new HashSet<Destination>(), _alerts.Involved.ToHashSet()) { Groups = _alerts.Dirty.Select(g => g.Id).ToHashSet(StringComparer.Ordinal) };

    /// <summary>What a later watermark may still change: provisional findings, and those whose silent resolver has not been silent for long enough to tell.</summary>
    private void KeepUnsettled()
    {
        long settled = MaxStart - Math.Max(_parameters.Lateness, (long)_engine.Options.Scoring.ResolverSilence.TotalSeconds);
        foreach (var draft in _alerts.Drafts())
            if (draft.First >= settled) _unsettled.Add(draft.Group);
    }
}
