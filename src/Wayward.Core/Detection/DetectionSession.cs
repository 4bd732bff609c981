using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// The engine with a memory: digests of all instances stay in memory (some hundred bytes for each pair), so that a batch costs what it touched, not what the store holds.
/// At start every instance is given to <see cref="Load"/> once, one after the other; after a batch the touched ones to <see cref="Update"/>, whole; then <see cref="Judge"/>.
/// A session serves one catalogue, one set of rules and one set of parameters: when they change, make a new one. Not thread-safe.
/// </summary>
public sealed class DetectionSession
{
    private readonly DetectionEngine _engine;
    private readonly DetectionIndex _index;
    private readonly EpisodeJudge _judge;
    private readonly HashSet<Destination> _moved = [];
    private readonly HashSet<InstanceKey> _unsettled = [];
    private readonly bool _isPart;
    private bool _isFresh = true;

    public DetectionSession(DetectionEngine engine) : this(engine, isPart: false)
    {
    }

    /// <param name="isPart">The session holds what one scope needs, and is asked once.</param>
    internal DetectionSession(DetectionEngine engine, bool isPart)
    {
        _isPart = isPart;
        _engine = engine;
        _index = new DetectionIndex(engine.Parameters);
        _judge = new EpisodeJudge(_index, engine.Parameters);
    }

    public DetectionEngine Engine => _engine;

    /// <summary>Largest record start of the whole data set, for the watermark.</summary>
    public long MaxStart { get; set; }

    /// <summary>Takes in an instance that nothing was judged of yet.</summary>
    public void Load(InstanceHistory history) => _index.Set(Digest(history));

    /// <summary>Takes in the whole present history of a touched instance, and remembers what that may change for others.</summary>
    public void Update(InstanceHistory history)
    {
        var old = _index.Instances.GetValueOrDefault(history.Key);
        var digest = Digest(history);
        _index.Set(digest);
        if (SessionChanges.Of(old, digest, MaxStart, _engine.Parameters) is not { } change) return;
        // Its age or its cohort looks different from some time on: its own contacts are judged again with all who share their targets …
        foreach (var destination in digest.Destinations) _moved.Add(destination.Destination);
        if (old is not null)
            foreach (var destination in old.Destinations) _moved.Add(destination.Destination);
        // … and so are the young contacts of its cohort from then on.
        foreach (string cohort in change.Cohorts)
        {
            foreach (var member in _index.Members(cohort))
            {
                foreach (var destination in member.Destinations)
                    if (destination.Episodes[^1].Start >= change.From && SessionChanges.HasYoung(destination, change.From, _engine.Parameters)) _moved.Add(destination.Destination);
            }
        }
    }

    /// <summary>The instances whose histories a judgement of this scope will ask for, to be loaded beforehand. Null = everything.</summary>
    public IReadOnlySet<InstanceKey> Needs(DetectionScope? scope)
    {
        var needed = new HashSet<InstanceKey>();
        foreach (var draft in Drafts(Widen(scope), null))
            needed.UnionWith(FindingBuilder.Needs(draft, _index, _engine.Parameters));
        return needed;
    }

    /// <summary>
    /// Judges a scope, or everything. The first judgement of a session judges everything whatever the scope: it cannot know what moved before it was made.
    /// <see cref="DetectionResult.Judged"/> says what was judged.
    /// </summary>
    /// <param name="histories">Whole present histories, at least of <see cref="Needs"/>.</param>
    public DetectionResult Judge(DetectionScope? scope, Func<InstanceKey, InstanceHistory?> histories)
    {
        var judged = Widen(scope);
        var learned = new List<LearnedContact>();
        var builder = new FindingBuilder(_engine, _index, _judge, MaxStart, histories);
        var findings = Drafts(judged, learned).Select(builder.Build).OfType<Finding>().ToList();
        findings.Sort(static (a, b) => a.First.CompareTo(b.First) is var f && f != 0 ? f : string.CompareOrdinal(a.Id, b.Id));
        learned.Sort(static (a, b) => (a.Instance, a.Destination, a.First).CompareTo((b.Instance, b.Destination, b.First)));
        _moved.Clear();
        _isFresh = false;
        KeepUnsettled(findings, judged);
        var summaries = learned.Where(l => l.Decision == EpisodeDecision.RoleExempt).GroupBy(l => (l.Instance, Day: UnixTime.Day(l.First)))
            .Select(g => new RoleSummary(g.Key.Instance, g.Key.Day, g.Count())).OrderBy(s => s.Instance).ThenBy(s => s.Day).ToList();
        return new DetectionResult(findings, learned) { Judged = judged, RoleSummaries = summaries };
    }

    private InstanceDigest Digest(InstanceHistory history) => InstanceDigest.Of(history, _engine.Catalog, _engine.Matcher, _engine.Parameters);

    /// <summary>
    /// Widens a scope to what its data may have changed: all targets of its instances, and every address of the providers touched; in a session also what moved since the last judgement and
    /// findings that were not settled then.
    /// </summary>
    private DetectionScope? Widen(DetectionScope? scope)
    {
        if (scope is null || (_isFresh && !_isPart)) return null;
        var instances = new HashSet<InstanceKey>(scope.Instances);
        instances.UnionWith(_unsettled);
        var destinations = new HashSet<Destination>(scope.Destinations);
        destinations.UnionWith(_moved);
        foreach (var key in scope.Instances)
            if (_index.Instances.TryGetValue(key, out var instance)) destinations.UnionWith(instance.Destinations.Select(d => d.Destination));
        foreach (var destination in destinations.ToArray())
        {
            foreach (var user in _index.Users(destination)?.All ?? [])
            {
                if (user.Provider is { } provider) destinations.UnionWith(_index.OfProvider(provider, destination.Transport));
                break;
            }
        }
        return new DetectionScope(destinations, instances);
    }

    /// <summary>What a later watermark may still change: provisional ones, and those whose silent resolver has not been silent for long enough to tell.</summary>
    private void KeepUnsettled(IEnumerable<Finding> findings, DetectionScope? judged)
    {
        if (judged is null) _unsettled.Clear();
        else _unsettled.ExceptWith(judged.Instances);
        long settled = MaxStart - Math.Max(_engine.Parameters.Lateness, (long)_engine.Options.Scoring.ResolverSilence.TotalSeconds);
        foreach (var finding in findings)
            if (finding.First >= settled) _unsettled.UnionWith(finding.Members);
    }

    private IEnumerable<FindingDraft> Drafts(DetectionScope? scope, List<LearnedContact>? learned)
    {
        var alerts = new List<Alert>();
        var instances = new HashSet<InstanceDigest>();
        foreach (var destination in _index.Instances.Values.SelectMany(d => d.Destinations))
        {
            instances.Add(destination.Instance);
            foreach (var episode in destination.Episodes)
            {
                if (_judge.Judge(destination, episode) is not { } judgement) continue;
                if (judgement.IsAlert) alerts.Add(new Alert(destination, episode, judgement, FindingTypes.For(destination.Destination.Transport)));
                else if (scope is null || scope.Covers(destination))
                    learned?.Add(new LearnedContact(destination.Instance.Key, destination.Destination, destination.Provider, episode.Start, episode.End, judgement.Decision,
                        judgement.Decision is EpisodeDecision.Learned or EpisodeDecision.LearnedFromCohort));
            }
        }
        if (_engine.Options.OwnTypes) new PatternFinder(_engine.Parameters, _index).Apply(alerts, instances);
        else alerts.RemoveAll(a => a.Type > FindingType.UnusualDotActivity);

        var groups = new Dictionary<FindingGroup, List<Alert>>();
        foreach (var alert in alerts)
        {
            var group = FindingGroup.Of(alert, _engine.Options.ProviderMerge);
            if (!groups.TryGetValue(group, out var members)) groups.Add(group, members = []);
            members.Add(alert);
        }
        // Deciding is cheap and makes every group complete; explaining is not, and is done for the scope only.
        return groups.Where(g => scope is null || g.Value.Exists(a => scope.Covers(a.Destination))).SelectMany(g => FindingDraft.Of(g.Key, g.Value, _engine.Parameters));
    }
}
