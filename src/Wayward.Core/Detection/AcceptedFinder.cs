using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Lists what was accepted without a finding, one instance at a time. Not thread-safe.</summary>
internal sealed class AcceptedFinder(DetectionEngine engine, DetectionIndex index, EpisodeEvaluator evaluate)
{
    private readonly List<EpisodeCell> _cells = [], _unclear = [];

    /// <param name="history">The whole history of an instance of the index.</param>
    /// <returns>Ascending by destination, first contact and reason.</returns>
    public List<AcceptedContact> Of(InstanceHistory history)
    {
        var found = new List<AcceptedContact>();
        if (!index.Instances.TryGetValue(history.Key, out var summary)) return found;
        foreach (var pairs in DestinationPairs.Of(history, engine.Catalog))
        {
            _unclear.Clear();
            pairs.Collect(history, engine.Matcher, engine.Parameters, _cells, _unclear);
            var known = summary.Find(pairs.Destination);
            if (known is not null) AddEpisodes(known, pairs, found);
            AddExpected(history.Key, pairs, found);
            AddUnclear(history.Key, pairs, known, found);
            if (OwnNetwork(history, pairs) is { Count: > 0 } own) found.Add(Row(history.Key, pairs, AcceptedReason.OwnNetwork, own));
        }
        found.Sort(static (a, b) => (a.Destination, a.First, a.Reason, a.RuleId ?? 0).CompareTo((b.Destination, b.First, b.Reason, b.RuleId ?? 0)));
        return found;
    }

    private void AddEpisodes(DestinationSummary known, DestinationPairs pairs, List<AcceptedContact> into)
    {
        foreach (var episode in known.Episodes)
        {
            if (evaluate.Evaluate(known, episode) is not { IsAlert: false } evaluation) continue;
            var detail = EpisodeDetail.Of(new Alert(known, episode, evaluation, FindingTypes.Of(pairs.Destination.Transport)), pairs, _cells, engine.Parameters);
            var reason = evaluation.Decision switch
            {
                EpisodeDecision.RoleExempt => AcceptedReason.Role,
                EpisodeDecision.LearnedFromCohort => AcceptedReason.LearnedFromGroup,
                _ => AcceptedReason.Learned,
            };
            into.Add(Row(known.Instance.Key, pairs, reason, episode.Start, episode.End, detail.Answered, detail.OutAccepted + detail.OutRejected, detail.In) with
            {
                Role = reason == AcceptedReason.Role ? evaluate.RoleThatExplains(known, episode.Start) : null,
                Group = evaluation.Cohort,
                InstanceName = known.Instance.Fact(InstanceAttribute.Name, episode.Start),
            });
        }
    }

    private void AddExpected(InstanceKey instance, DestinationPairs pairs, List<AcceptedContact> into)
    {
        foreach (var rule in _cells.Where(c => c.IsExpected).GroupBy(c => c.Rule!.Id))
            into.Add(Row(instance, pairs, AcceptedReason.Expected, [.. rule]) with { RuleId = rule.Key });
    }

    /// <summary>Records that may be answers of ours, and runs of contacts in which nothing is proven.</summary>
    private void AddUnclear(InstanceKey instance, DestinationPairs pairs, DestinationSummary? known, List<AcceptedContact> into)
    {
        _unclear.AddRange(_cells.Where(c => !c.IsExpected && known?.Episodes.Any(e => c.Start >= e.Start && c.Start <= e.End) is not true));
        if (_unclear.Count > 0) into.Add(Row(instance, pairs, AcceptedReason.Unclear, _unclear));
    }

    private static List<EpisodeCell> OwnNetwork(InstanceHistory history, DestinationPairs pairs)
    {
        bool all = pairs.IsOwnNetwork(history);
        return
        [
            .. from e in pairs.Endpoints
               where all || e.Endpoint.Class == FlowClass.OwnNetwork
               from hour in e.Cells
               where hour.HasContact
               select new EpisodeCell(e.Endpoint, hour, hour.FirstContact, hour.LastContact, null),
        ];
    }

    private AcceptedContact Row(InstanceKey instance, DestinationPairs pairs, AcceptedReason reason, List<EpisodeCell> cells)
    {
        long first = cells.Min(c => c.Start), last = cells.Max(c => c.End);
        TrafficSum sent = default, received = default;
        bool answered = false;
        foreach (var cell in cells)
        {
            sent += cell.Cell.OutAccepted + cell.Cell.OutRejected;
            received += cell.Cell.InAccepted + cell.Cell.InRejected;
            answered |= cell.Cell.IsAnswered(first, last + engine.Parameters.AnswerGrace);
        }
        return Row(instance, pairs, reason, first, last, answered, sent, received);
    }

    private static AcceptedContact Row(InstanceKey instance, DestinationPairs pairs, AcceptedReason reason, long first, long last, bool answered, TrafficSum sent, TrafficSum received) =>
        new(instance, pairs.Destination, pairs.Entry?.Provider, pairs.Entry?.Tier ?? CatalogTier.None, reason, first, last, answered, sent, received);
}

/// <summary>
/// What was accepted of one instance without a finding, from a part of a fleet: its own history, and the members of the groups that could have evaluated its young contacts. Not thread-safe.
/// </summary>
public sealed class AcceptedContacts
{
    private readonly DetectionEngine _engine;
    private readonly InstanceHistory _history;
    private readonly InstanceSummary _summary;
    private readonly DetectionIndex _index;

    /// <param name="history">Whole.</param>
    public AcceptedContacts(DetectionEngine engine, InstanceHistory history)
    {
        (_engine, _history) = (engine, history);
        _index = new DetectionIndex(engine.Parameters);
        _index.Set(_summary = InstanceSummary.Of(history, engine.Catalog, engine.Matcher, engine.Parameters));
    }

    /// <summary>The groups whose members must be given before <see cref="List"/>; empty when the instance's own history decides everything.</summary>
    public IReadOnlySet<(InstanceAttribute Attribute, string Value)> Groups => !_engine.Options.Cohorts ? new HashSet<(InstanceAttribute, string)>() :
        _summary.Destinations.SelectMany(d => d.Episodes).Where(e => !_engine.Parameters.Boundaries.IsMature(_summary.AgeAt(e.Start), _engine.Parameters.Learning))
            .SelectMany(e => _engine.Options.CohortFallback ? _summary.GroupsAt(e.Start) : _summary.CohortAt(e.Start) is { } only ? [only] : []).Distinct(StringComparer.Ordinal).Select(Cohorts.Parse).OfType<(InstanceAttribute, string)>().ToHashSet();

    /// <summary>Takes in a member of a group, whole.</summary>
    public void Add(InstanceHistory member)
    {
        if (member.Key != _history.Key) _index.Set(InstanceSummary.Of(member, _engine.Catalog, _engine.Matcher, _engine.Parameters));
    }

    /// <summary>Takes in a member of a group from its saved summary.</summary>
    /// <param name="lastSeen">Largest end of its records, Unix seconds.</param>
    /// <returns>False = the summary is not enough; give the whole history to <see cref="Add"/>.</returns>
    public bool TryAddSaved(InstanceKey member, byte[] content, long lastSeen)
    {
        if (member == _history.Key) return true;
        if (SavedSummaries.Read(member, content, lastSeen, _engine).Summary is not { } summary) return false;
        _index.Set(summary);
        return true;
    }

    public IReadOnlyList<AcceptedContact> List() => new AcceptedFinder(_engine, _index, new EpisodeEvaluator(_index, _engine.Parameters)).Of(_history);
}
