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

    public DetectionSession(DetectionEngine engine)
    {
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

    /// <summary>Judges a scope, or everything.</summary>
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
        var summaries = learned.Where(l => l.Decision == EpisodeDecision.RoleExempt).GroupBy(l => (l.Instance, Day: UnixTime.Day(l.First)))
            .Select(g => new RoleSummary(g.Key.Instance, g.Key.Day, g.Count())).OrderBy(s => s.Instance).ThenBy(s => s.Day).ToList();
        return new DetectionResult(findings, learned) { Judged = judged, RoleSummaries = summaries };
    }

    private InstanceDigest Digest(InstanceHistory history) => InstanceDigest.Of(history, _engine.Catalog, _engine.Matcher, _engine.Parameters);

    /// <summary>Adds what moved since the last judgement, and every address of the providers touched.</summary>
    private DetectionScope? Widen(DetectionScope? scope)
    {
        if (scope is null) return null;
        var destinations = new HashSet<Destination>(scope.Destinations);
        destinations.UnionWith(_moved);
        foreach (var destination in destinations.ToArray())
        {
            foreach (var user in _index.Users(destination)?.All ?? [])
            {
                if (user.Provider is { } provider) destinations.UnionWith(_index.OfProvider(provider, destination.Transport));
                break;
            }
        }
        return new DetectionScope(destinations, scope.Instances);
    }

    private IEnumerable<FindingDraft> Drafts(DetectionScope? scope, List<LearnedContact>? learned)
    {
        var alerts = new List<Alert>();
        var instances = new HashSet<InstanceDigest>();
        foreach (var destination in Candidates(scope))
        {
            instances.Add(destination.Instance);
            foreach (var episode in destination.Episodes)
            {
                if (_judge.Judge(destination, episode) is not { } judgement) continue;
                if (judgement.IsAlert) alerts.Add(new Alert(destination, episode, judgement, FindingTypes.For(destination.Destination.Transport)));
                else
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
        return groups.SelectMany(g => FindingDraft.Of(g.Key, g.Value, _engine.Parameters));
    }

    /// <summary>Pairs whose decisions make the groups of a scope complete.</summary>
    private IEnumerable<DestinationDigest> Candidates(DetectionScope? scope)
    {
        if (scope is null) return _index.Instances.Values.SelectMany(d => d.Destinations);
        var candidates = new HashSet<DestinationDigest>();
        foreach (var destination in scope.Destinations)
            if (_index.Users(destination) is { } users) candidates.UnionWith(users.All);
        foreach (var key in scope.Instances)
        {
            if (!_index.Instances.TryGetValue(key, out var instance)) continue;
            foreach (var destination in instance.Destinations)
            {
                candidates.Add(destination);
                AddCohort(destination, candidates);
            }
        }
        return candidates;
    }

    /// <summary>A young contact may be part of a finding about its cohort: then the other members' contacts with the same target belong to it.</summary>
    private void AddCohort(DestinationDigest destination, HashSet<DestinationDigest> candidates)
    {
        foreach (var episode in destination.Episodes)
        {
            if (_judge.Judge(destination, episode) is not { Decision: EpisodeDecision.CohortAlert, Cohort: { } cohort }) continue;
            var targets = destination.Provider is { } provider ? _index.OfProvider(provider, destination.Destination.Transport) : [destination.Destination];
            foreach (var target in targets)
                if (_index.Users(target) is { } users) candidates.UnionWith(users.OfCohort(cohort));
        }
    }
}
