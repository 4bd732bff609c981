using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>A destination of an instance, with its episodes.</summary>
internal sealed class DestinationSummary
{
    public required InstanceSummary Instance { get; init; }
    public required Destination Destination { get; init; }
    /// <summary>What names it; null when uncatalogued.</summary>
    public CatalogEntry? Entry { get; init; }
    /// <summary>The entries that make its endpoints DNS at all; null when one of them is on port 53 or 853 and needs none.</summary>
    public CatalogEntry[]? Required { get; init; }
    /// <summary>Ascending; at least one, but for those of <see cref="InstanceSummary.Unclear"/>.</summary>
    public required EpisodeSpan[] Episodes { get; init; }

    /// <summary>Only all its contacts together tell what it is: those of an uncatalogued target may be regular.</summary>
    public bool NeedsWhole { get; init; }

    /// <summary>Hours in which it had a part in a volume of more than names; ascending, nearly always none.</summary>
    public TunnelHours[] Tunnels { get; init; } = [];

    public string? Provider => Entry?.Provider;

    /// <summary>Start of its first episode.</summary>
    public long Begun => Episodes.Length > 0 ? Episodes[0].Start : long.MaxValue;

    /// <summary>The same of another summary of its instance.</summary>
    public DestinationSummary Of(InstanceSummary owner) => new() { Instance = owner, Destination = Destination, Entry = Entry, Required = Required, Episodes = Episodes, NeedsWhole = NeedsWhole, Tunnels = Tunnels };

    /// <summary>Does an episode touch [t-H, t), and since when?</summary>
    public bool UsedBefore(long time, Parameters parameters, out EpisodeSpan episode)
    {
        for (int i = Episodes.Length - 1; i >= 0; i--)
        {
            episode = Episodes[i];
            if (parameters.Touches(episode.Start, episode.End, time)) return true;
        }
        episode = default;
        return false;
    }

    /// <summary>
    /// Can its use speak for other members of a cohort? It touched [t-H, t), and either is older than L or began while the cohort was immature: what the cohort learned is established. A use that
    /// made a finding of its own speaks for nobody until <see cref="Parameters.AlertedEstablishes"/> has passed, which is for the caller to tell.
    /// </summary>
    /// <param name="cohortSince">Start of the cohort's observation epoch at <paramref name="time"/>; null = the cohort was not observed.</param>
    public bool CanEstablish(long time, long? cohortSince, Parameters parameters, out EpisodeSpan episode) =>
        UsedBefore(time, parameters, out episode)
        && (episode.Start <= time - parameters.Learning || (cohortSince is { } since && !parameters.Boundaries.IsMature(episode.Start - since, parameters.Learning)));
}

/// <summary>
/// What the evaluation needs to know of one instance, made from its history alone: epochs of observation and episodes. Small, so that a fleet fits in memory.
/// </summary>
internal sealed class InstanceSummary
{
    private readonly InstanceHistory _facts;
    private readonly string? _constantCohort;
    private readonly string[] _constantGroups = [];
    private readonly bool _isConstant;

    private InstanceSummary(InstanceKey key, IEnumerable<InstanceFact> facts)
    {
        Key = key;
        // Only the facts are kept: cells and coverage of a fleet would not fit.
        _facts = new InstanceHistory { Key = key };
        _facts.Facts.AddRange(facts);
        _isConstant = Cohorts.IsConstant(_facts);
        if (_isConstant) (_constantCohort, _constantGroups) = (Cohorts.Of(_facts, 0), Cohorts.AllOf(_facts, 0));
    }

    /// <summary>Puts a summary together from its parts.</summary>
    /// <param name="cohortEpochs">Only read where its groups may have changed over time.</param>
    public static InstanceSummary Restore(
        InstanceKey key, IEnumerable<InstanceFact> facts, EpochSpan[] epochs, Func<(string, EpochSpan[])[]> cohortEpochs, Roles roles, (Destination, long)[] rejects, bool needsWhole,
        Func<InstanceSummary, DestinationSummary[]> destinations, Func<InstanceSummary, DestinationSummary[]>? unclear = null)
    {
        var summary = new InstanceSummary(key, facts) { Epochs = epochs, Roles = roles, Rejects = rejects, NeedsWhole = needsWhole };
        summary.CohortEpochs = summary._isConstant ? summary.OfConstantGroups() : cohortEpochs();
        summary.Destinations = destinations(summary);
        summary.Unclear = unclear?.Invoke(summary) ?? [];
        return summary;
    }

    public InstanceKey Key { get; }
    public EpochSpan[] Epochs { get; private set; } = [];
    /// <summary>Epochs by group: one entry for each of its groups, and more when it changed one.</summary>
    public (string Cohort, EpochSpan[] Epochs)[] CohortEpochs { get; private set; } = [];
    /// <summary>Ascending by destination.</summary>
    public DestinationSummary[] Destinations { get; private set; } = [];

    /// <summary>Destinations with a volume of more than names and without an episode, because it is unclear who asked whom: nearly always none.</summary>
    public DestinationSummary[] Unclear { get; private set; } = [];

    public Roles Roles { get; private set; } = null!;
    /// <summary>When plain DNS or port 853 was rejected shortly before a first contact: starts of records, Unix seconds.</summary>
    public (Destination Target, long At)[] Rejects { get; private set; } = [];

    /// <summary>
    /// Something in its past may look different once more is known, in a way that its episodes do not show: an answer that stands in for a contact, a run in which nothing is proven, records that may be answers of ours, hours of much
    /// volume, a role. Then only its whole history tells.
    /// </summary>
    public bool NeedsWhole { get; private set; }
    /// <summary>Its groups are the same at all times.</summary>
    public bool IsConstant => _isConstant;

    /// <summary>The cohort that pages and rule scopes name.</summary>
    public string? CohortAt(long time) => _isConstant ? _constantCohort : Cohorts.Of(_facts, time);
    /// <summary>All groups that may evaluate it, narrowest first.</summary>
    public string[] GroupsAt(long time) => _isConstant ? _constantGroups : Cohorts.AllOf(_facts, time);
    public bool IsIn(string group, long time) => Array.IndexOf(GroupsAt(time), group) >= 0;
    public string? Fact(InstanceAttribute attribute, long time) => _facts.Fact(attribute, time);
    public IReadOnlyList<InstanceFact> Facts => _facts.Facts;

    /// <summary>What rules can match on, of a contact in an hour.</summary>
    public ContactFacts ContactFacts(Endpoint endpoint, DnsTransport transport, CatalogEntry? entry, int hour, PatternOptions patterns) =>
        Triage.ContactFacts.Of(_facts, endpoint, transport, entry, hour, Roles.At(hour * UnixTime.HourSeconds, patterns));

    /// <summary>Seconds observed before a time; 0 when no epoch holds it.</summary>
    public long AgeAt(long time) => Runs.At(Epochs, time) is { } epoch ? time - epoch.Start : 0;

    /// <summary>Seen in [t-H, t)?</summary>
    public bool SeenBefore(string cohort, long time, Parameters parameters)
    {
        foreach (var (name, epochs) in CohortEpochs)
        {
            if (name != cohort) continue;
            for (int i = epochs.Length - 1; i >= 0; i--)
                if (parameters.Touches(epochs[i].Start, epochs[i].End, time)) return true;
        }
        return false;
    }

    /// <summary>
    /// Carries its last epoch on. Not for one of whose attributes there are several values: which holds when is then for the spans to say, and they grow too.
    /// </summary>
    /// <param name="ofInterfaces">Does it matter which interface was its own at a time?</param>
    public bool Extend(long end, bool ofInterfaces)
    {
        if (Epochs.Length == 0 || Facts.Where(f => ofInterfaces || f.Attribute != InstanceAttribute.Interface).GroupBy(f => f.Attribute).Any(g => g.Skip(1).Any())) return false;
        // The epochs of all its groups are the same array.
        if (end > Epochs[^1].End) Epochs[^1] = Epochs[^1] with { End = end };
        return true;
    }

    public DestinationSummary? Find(Destination destination)
    {
        int low = 0, high = Destinations.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = Destinations[middle].Destination.CompareTo(destination);
            if (order == 0) return Destinations[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    public static InstanceSummary Of(InstanceHistory history, ResolverCatalog catalog, ExpectedMatcher matcher, Parameters parameters)
    {
        var summary = new InstanceSummary(history.Key, history.Facts);
        summary.Epochs = Runs.Of(history.Coverage.Values.Select(d => new EpochSpan(d.FirstStart, d.LastEnd)), parameters);
        summary.CohortEpochs = summary.OfCohorts(history, parameters);
        summary.Roles = matcher.RolesOf(history);
        summary.NeedsWhole = summary.Roles != Roles.None;
        summary.Destinations = summary.OfDestinations(history, catalog, matcher, parameters);
        return summary;
    }

    private (string, EpochSpan[])[] OfCohorts(InstanceHistory history, Parameters parameters)
    {
        if (_isConstant) return OfConstantGroups();
        return
        [
            .. history.Coverage.Values
                .SelectMany(day => Cohorts.AllOf(history, day.FirstStart), (day, cohort) => (Cohort: cohort, Span: new EpochSpan(day.FirstStart, day.LastEnd)))
                .GroupBy(x => x.Cohort, x => x.Span, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, Runs.Of(g, parameters))),
        ];
    }

    private (string, EpochSpan[])[] OfConstantGroups() => Array.ConvertAll(_constantGroups, group => (group, Epochs));

    private DestinationSummary[] OfDestinations(InstanceHistory history, ResolverCatalog catalog, ExpectedMatcher matcher, Parameters parameters)
    {
        var result = new List<DestinationSummary>(history.Pairs.Count);
        var cells = new List<EpisodeCell>();
        var unclear = new List<EpisodeCell>();
        var episodes = new List<EpisodeSpan>();
        var pairs = DestinationPairs.Of(history, catalog);
        bool isMuch = DnsVolumes.IsPossible(pairs, parameters);
        NeedsWhole |= isMuch;
        var tunnels = isMuch ? DnsVolumes.Of(history, pairs, matcher, parameters) : [];
        var traces = Traces.Of(pairs);
        var volumesOnly = new List<DestinationSummary>();
        foreach (var destination in pairs)
        {
            unclear.Clear();
            destination.Collect(history, matcher, parameters, cells, unclear);
            episodes.Clear();
            NeedsWhole |= !EpisodeCells.Episodes(cells, parameters, episodes) || cells.Exists(static c => !c.Cell.HasContact) || unclear.Count > 0 || destination.Endpoints.Any(static e => e.Endpoint.Class == FlowClass.ServerPort);
            if (episodes.Count == 0)
            {
                if (tunnels.TryGetValue(destination.Destination, out var hours))
                    volumesOnly.Add(new DestinationSummary { Instance = this, Destination = destination.Destination, Entry = destination.Entry, Required = destination.Required, Episodes = [], NeedsWhole = true, Tunnels = hours });
                continue;
            }
            if (destination.Entry is null)
            {
                Regularity.Tell(episodes, cells, parameters.Options.Scoring);
                if (destination.Destination.Transport == DnsTransport.Dns) Traces.Tell(episodes, traces, parameters.Options.Patterns);
            }
            result.Add(new DestinationSummary
            {
                Instance = this,
                Destination = destination.Destination,
                Entry = destination.Entry,
                Required = destination.Required,
                Episodes = [.. episodes],
                NeedsWhole = destination.Entry is null,
                Tunnels = tunnels.GetValueOrDefault(destination.Destination) ?? [],
            });
        }
        Unclear = [.. volumesOnly];
        Rejects = EvasionAfterBlock.Rejects(pairs, result, parameters);
        return [.. result];
    }
}
