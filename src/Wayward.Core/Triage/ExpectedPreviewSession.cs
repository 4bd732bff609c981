using Wayward.Core.Contacts;
using Wayward.Core.Detection;

namespace Wayward.Core.Triage;

/// <summary>What a preview asks for beside the summary of an instance.</summary>
public enum PreviewNeed
{
    Nothing,
    /// <summary><see cref="ExpectedPreviewSession.LoadPart"/>: the rule may cover some of its contacts.</summary>
    Part,
    /// <summary><see cref="ExpectedPreviewSession.Load"/>: the summary is no good, or not enough.</summary>
    Whole,
}

/// <summary>
/// The preview of a rule from as much of a fleet as it can concern: whoever ever had to do with its targets (<see cref="IsTarget"/>) and the members of their cohorts (<see cref="Cohorts"/>). A rule
/// changes what its targets' users have as history, so their own findings, those of peers that are young, and those about many who began one target; of all others it says what was said before.
/// Equal to <see cref="ExpectedPreviewBuilder.Build"/> on the whole ledger.
/// </summary>
public sealed class ExpectedPreviewSession
{
    private readonly DetectionEngine _engine;
    private readonly ExpectedTarget _rule;
    private readonly FleetState _before, _after;
    private readonly ExpectedMatcher _matcher, _afterMatcher;
    private readonly List<EpisodeCell> _cells = [];
    /// <summary>Whoever contacted a target as the rule covers it, with the first and last such contact within H of the end.</summary>
    private readonly Dictionary<(InstanceKey Instance, Destination Destination), (string? Provider, long First, long Last)> _covered = [];

    /// <param name="before">The engine with the present rules.</param>
    /// <param name="rule">The rule to try, not among the engine's.</param>
    /// <param name="maxStart">Largest record start of the data set.</param>
    public ExpectedPreviewSession(DetectionEngine before, ExpectedTarget rule, long maxStart)
    {
        (_engine, _rule) = (before, rule);
        var after = new DetectionEngine(before.Catalog, [.. before.Expected, rule], before.Options);
        _afterMatcher = after.Matcher;
        _before = new(before) { MaxStart = maxStart };
        _after = new(after) { MaxStart = maxStart };
        _matcher = new([rule with { DeletedAt = null }]);
        // The rule has no number yet, so it is told apart by being the only one of the second set.
        IsTarget = ExpectedMatcher.Differing([], [rule with { DeletedAt = null }], before.Catalog);
    }

    /// <summary>Is the rule about this endpoint, in whatever scope?</summary>
    public Func<Endpoint, bool> IsTarget { get; }

    /// <summary>The cohorts of whoever was loaded.</summary>
    public IReadOnlySet<(InstanceAttribute Attribute, string Value)> Cohorts =>
        _before.All.SelectMany(i => i.CohortEpochs).Select(c => Detection.Cohorts.Parse(c.Cohort)).OfType<(InstanceAttribute, string)>().ToHashSet();

    /// <summary>Takes in an instance from what was kept of it (<see cref="FleetLoader.LoadSaved"/>).</summary>
    /// <param name="isUser">Has it ever had to do with a target?</param>
    public PreviewNeed LoadKept(InstanceKey key, byte[] content, long lastSeen, bool isUser)
    {
        if (_before.LoadSaved(key, content, lastSeen) != SavedSummary.Taken) return PreviewNeed.Whole;
        var summary = _before.Find(key)!;
        _after.Import(summary);
        if (!isUser || !MayCover(summary)) return PreviewNeed.Nothing;
        // What a role allows takes more than the target's cells to know, as does who spoke first; and what is forbidden may be what another rule expects.
        return summary.NeedsWhole || _rule.Action == ExpectedAction.Forbid || _rule.Scope.Roles.Count > 0 || _engine.Matcher.Rules.Any(r => r.Scope.Roles.Count > 0) ? PreviewNeed.Whole : PreviewNeed.Part;
    }

    /// <summary>After <see cref="LoadKept"/>: the cells of the targets are enough, since a rule that expects only takes contacts out.</summary>
    /// <param name="part">All of its facts, and the cells of all endpoints at the addresses of targets.</param>
    public void LoadPart(InstanceHistory part)
    {
        var before = _before.Find(part.Key)!;
        var now = new Dictionary<Destination, DestinationSummary?>();
        var episodes = new List<EpisodeSpan>();
        foreach (var pairs in DestinationPairs.Of(part, _engine.Catalog))
        {
            if (before.Find(pairs.Destination) is not { } known) continue;
            pairs.Collect(part, _afterMatcher, _engine.Parameters, _cells);
            episodes.Clear();
            EpisodeCells.Episodes(_cells, _engine.Parameters, episodes);
            if (known.Entry is null) Regularity.Tell(episodes, _cells, _engine.Options.Scoring);
            now[pairs.Destination] = episodes.Count == 0 ? null : new DestinationSummary
            {
                Instance = known.Instance, Destination = known.Destination, Entry = known.Entry, Required = known.Required, NeedsWhole = known.NeedsWhole, Episodes = [.. episodes],
                Tunnels = [.. known.Tunnels.Where(h => !_cells.Exists(c => c.IsExpected && c.Start == h.Start))],
            };
        }
        _after.Import(InstanceSummary.Restore(before.Key, before.Facts, before.Epochs, () => before.CohortEpochs, before.Roles, before.Rejects, before.NeedsWhole, owner =>
            [.. before.Destinations.Select(d => now.TryGetValue(d.Destination, out var other) ? other : d).OfType<DestinationSummary>().Select(d => d.Of(owner))]));
        Cover(part);
    }

    /// <summary>Takes in an instance, whole.</summary>
    public void Load(InstanceHistory history)
    {
        _before.Load(history);
        _after.Load(history);
        Cover(history);
    }

    private void Cover(InstanceHistory history)
    {
        long from = _before.MaxStart - _engine.Parameters.History;
        foreach (var pairs in DestinationPairs.Of(history, _engine.Catalog))
        {
            pairs.Collect(history, _matcher, _engine.Parameters, _cells);
            bool any = false;
            long first = long.MaxValue, last = 0;
            foreach (var cell in _cells)
            {
                if (cell.Rule is null) continue;
                any = true;
                if (cell.End < from) continue;
                (first, last) = (Math.Min(first, cell.Start), Math.Max(last, cell.End));
            }
            if (any) _covered[(history.Key, pairs.Destination)] = (pairs.Entry?.Provider, first, last);
        }
    }

    /// <param name="load">Gives the whole histories of these instances.</param>
    /// <param name="atOnce">Histories held at one time.</param>
    /// <param name="open">Ids of open findings: only these can close; null = all.</param>
    /// <param name="fromFindingId">The finding that the rule was made from; its members must be loaded.</param>
    public async Task<ExpectedPreview> BuildAsync(Func<IReadOnlySet<InstanceKey>, Task<ContactLedger>> load, int atOnce, IReadOnlySet<string>? open, string? fromFindingId)
    {
        var drafts = _before.Drafts();
        var later = _after.Drafts();
        var concerned = Differing(drafts, later);
        var instances = _covered.Keys.Select(c => c.Instance).ToHashSet();
        var targets = _covered.Keys.Select(c => c.Destination.Address).ToHashSet();
        foreach (var draft in drafts.Concat(later))
        {
            if (concerned.Contains(draft.Group)) continue;
            if ((draft.Alerts.Any(a => instances.Contains(a.Instance.Key)) && draft.Alerts.Any(a => targets.Contains(a.Destination.Destination.Address)))
                || (fromFindingId is not null && draft.Group.FindingId(draft.First) == fromFindingId)) concerned.Add(draft.Group);
        }
        var present = await _before.BuildAsync(drafts.Where(d => concerned.Contains(d.Group)), load, atOnce);
        var future = await _after.BuildAsync(later.Where(d => concerned.Contains(d.Group)), load, atOnce);
        var asked = ExpectedPreviewBuilder.Asked(present);
        var unasked = _covered.Where(c => c.Value.Last != 0 && !asked.Contains(c.Key)).OrderBy(c => c.Key.Instance).ThenBy(c => c.Key.Destination)
            .Select(c => new UnaskedContact(c.Key.Instance, c.Key.Destination.Address, c.Key.Destination.Transport, c.Value.Provider, c.Value.First, c.Value.Last)).ToList();
        return ExpectedPreviewBuilder.Compare(present, future, unasked, _engine, _rule, _before.MaxStart, open, fromFindingId);
    }

    /// <summary>Groups of which not the same alerts are said with the rule and without.</summary>
    private static HashSet<FindingGroup> Differing(List<FindingDraft> before, List<FindingDraft> after)
    {
        var groups = before.Select(d => d.Group).Concat(after.Select(d => d.Group)).ToHashSet();
        var now = before.ToLookup(d => d.Group);
        var then = after.ToLookup(d => d.Group);
        groups.RemoveWhere(group => now[group].SelectMany(d => d.Alerts).Select(Key).SequenceEqual(then[group].SelectMany(d => d.Alerts).Select(Key)));
        return groups;

        static (InstanceKey, Destination, long, long, FindingType, EpisodeDecision) Key(Alert alert) =>
            (alert.Instance.Key, alert.Destination.Destination, alert.Start, alert.End, alert.Type, alert.Evaluation.Decision);
    }

    /// <summary>Has it ever had the attributes that the scope asks for? Roles are not looked at.</summary>
    private bool MayCover(InstanceSummary summary)
    {
        var scope = _rule.Scope;
        return Any(scope.Instances, [summary.Key.Id]) && Any(scope.Accounts, Values(InstanceAttribute.Account)) && Any(scope.Vpcs, Values(InstanceAttribute.Vpc)) && Any(scope.Subnets, Values(InstanceAttribute.Subnet))
            && Any(scope.Cohorts, Detection.Cohorts.Names(summary.Facts)) && Any(scope.Interfaces, Values(InstanceAttribute.Interface).Append(summary.Key.Id));

        IEnumerable<string> Values(InstanceAttribute attribute) => summary.Facts.Where(f => f.Attribute == attribute).Select(f => f.Value);
    }

    private static bool Any(IReadOnlyList<string> wanted, IEnumerable<string> values) => wanted.Count == 0 || values.Any(v => wanted.Contains(v, StringComparer.Ordinal));
}
