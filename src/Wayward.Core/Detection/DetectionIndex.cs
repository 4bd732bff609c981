using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>
/// The fleet as the evaluation sees it: summaries by instance, and who uses a destination, by cohort. Kept up to date one instance at a time.
/// </summary>
internal sealed class DetectionIndex(Parameters parameters)
{
    private readonly Dictionary<InstanceKey, InstanceSummary> _instances = [];
    private readonly Dictionary<Destination, DestinationUsers> _users = [];
    private readonly Dictionary<string, CohortMembers> _cohorts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Provider, Resolvers.DnsTransport Transport), HashSet<Destination>> _providers = [];

    public IReadOnlyDictionary<InstanceKey, InstanceSummary> Instances => _instances;

    public void Set(InstanceSummary summary)
    {
        if (_instances.TryGetValue(summary.Key, out var old)) Remove(old);
        _instances[summary.Key] = summary;
        foreach (var (cohort, _) in summary.CohortEpochs)
        {
            if (!_cohorts.TryGetValue(cohort, out var members)) _cohorts.Add(cohort, members = new CohortMembers());
            members.Add(summary);
        }
        foreach (var destination in summary.Destinations)
        {
            if (!_users.TryGetValue(destination.Destination, out var users)) _users.Add(destination.Destination, users = new DestinationUsers());
            users.Add(destination);
            if (destination.Provider is not { } provider) continue;
            var key = (provider, destination.Destination.Transport);
            if (!_providers.TryGetValue(key, out var siblings)) _providers.Add(key, siblings = []);
            siblings.Add(destination.Destination);
        }
    }

    /// <summary>A member's epoch was carried on.</summary>
    public void Extended(InstanceSummary summary)
    {
        foreach (var (cohort, _) in summary.CohortEpochs) _cohorts[cohort].Extended();
    }

    public DestinationUsers? Users(Destination destination) => _users.GetValueOrDefault(destination);

    public IEnumerable<Destination> OfProvider(string provider, Resolvers.DnsTransport transport) =>
        _providers.TryGetValue((provider, transport), out var siblings) ? siblings : [];

    public IEnumerable<InstanceSummary> Members(string cohort) => _cohorts.TryGetValue(cohort, out var members) ? members.All : [];

    public long CohortAge(string cohort, long time) =>
        _cohorts.TryGetValue(cohort, out var members) && Runs.At(members.Epochs(cohort, parameters), time) is { } epoch ? time - epoch.Start : 0;

    public long? CohortSince(string cohort, long time) =>
        _cohorts.TryGetValue(cohort, out var members) ? Runs.At(members.Epochs(cohort, parameters), time)?.Start : null;

    /// <summary>Other members seen in [t-H, t); counting stops at <paramref name="enough"/>.</summary>
    public int Peers(string cohort, InstanceSummary self, long time, int enough = int.MaxValue)
    {
        int count = 0;
        foreach (var member in Members(cohort))
        {
            if (count >= enough) break;
            if (member != self && member.SeenBefore(cohort, time, parameters)) count++;
        }
        return count;
    }

    private void Remove(InstanceSummary old)
    {
        foreach (var (cohort, _) in old.CohortEpochs) _cohorts[cohort].Remove(old);
        foreach (var destination in old.Destinations)
        {
            var users = _users[destination.Destination];
            users.Remove(destination);
            if (users.Count == 0) _users.Remove(destination.Destination);
        }
    }
}

/// <summary>Who uses one destination.</summary>
internal sealed class DestinationUsers
{
    private readonly Dictionary<InstanceKey, DestinationSummary> _all = [];
    private readonly Dictionary<string, Dictionary<InstanceKey, DestinationSummary>> _byCohort = new(StringComparer.Ordinal);
    /// <summary>Users of a cohort in the order in which they began, made when asked for.</summary>
    private readonly Dictionary<string, DestinationSummary[]> _sorted = new(StringComparer.Ordinal);

    public int Count => _all.Count;
    public IReadOnlyCollection<DestinationSummary> All => _all.Values;

    /// <summary>Those who are in the cohort at some time, by their first contact.</summary>
    public DestinationSummary[] OfCohort(string cohort)
    {
        if (!_byCohort.TryGetValue(cohort, out var users)) return [];
        if (!_sorted.TryGetValue(cohort, out var sorted)) _sorted.Add(cohort, sorted = [.. users.Values.OrderBy(u => u.Begun).ThenBy(u => u.Instance.Key)]);
        return sorted;
    }

    public void Add(DestinationSummary user)
    {
        _all[user.Instance.Key] = user;
        foreach (var (cohort, _) in user.Instance.CohortEpochs)
        {
            if (!_byCohort.TryGetValue(cohort, out var users)) _byCohort.Add(cohort, users = []);
            users[user.Instance.Key] = user;
            _sorted.Remove(cohort);
        }
    }

    public void Remove(DestinationSummary user)
    {
        _all.Remove(user.Instance.Key);
        foreach (var (cohort, _) in user.Instance.CohortEpochs)
        {
            _byCohort[cohort].Remove(user.Instance.Key);
            _sorted.Remove(cohort);
        }
    }
}

/// <summary>Members of a cohort, and its own epochs of observation: the union of theirs.</summary>
internal sealed class CohortMembers
{
    private readonly Dictionary<InstanceKey, InstanceSummary> _members = [];
    private EpochSpan[]? _epochs;

    public IReadOnlyCollection<InstanceSummary> All => _members.Values;

    public void Add(InstanceSummary member)
    {
        _members[member.Key] = member;
        _epochs = null;
    }

    public void Remove(InstanceSummary member)
    {
        _members.Remove(member.Key);
        _epochs = null;
    }

    public void Extended() => _epochs = null;

    public EpochSpan[] Epochs(string cohort, Parameters parameters) =>
        _epochs ??= Runs.Of(_members.Values.SelectMany(m => m.CohortEpochs).Where(c => c.Cohort == cohort).SelectMany(c => c.Epochs).OrderBy(e => e.Start), parameters);
}
