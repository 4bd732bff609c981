using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// The alerts of the fleet by instance and by group, kept up to date one instance at a time, with the groups that a change may have touched. Grows with alerts, not with contacts.
/// </summary>
internal sealed class AlertIndex(DetectionEngine engine, DetectionIndex index, EpisodeEvaluator evaluate)
{
    private static readonly List<Alert> NoAlerts = [];

    private readonly Dictionary<InstanceKey, List<Alert>> _ofInstance = [];
    private readonly Dictionary<FindingGroup, List<Alert>> _groups = [];
    /// <summary>Instances with a first-contact alert on a destination.</summary>
    private readonly Dictionary<Destination, HashSet<InstanceKey>> _alerting = [];
    private readonly HashSet<Destination> _fleetToCheck = [];
    private readonly Dictionary<(FindingType Type, Destination Destination), FindingGroup> _fleetGroups = [];
    private readonly HashSet<FindingGroup> _dirty = [];
    private readonly HashSet<InstanceKey> _involved = [];

    /// <summary>Groups to be evaluated again.</summary>
    public IReadOnlySet<FindingGroup> Dirty => _dirty;
    /// <summary>Whoever is or was a member of a dirty group.</summary>
    public IReadOnlySet<InstanceKey> Involved => _involved;

    /// <summary>Decides all contacts of an instance anew; its groups, old and new, become dirty.</summary>
    /// <param name="changed">Takes up destinations on which its alerts differ, with the earliest time.</param>
    public void Decide(InstanceSummary instance, Dictionary<Destination, long>? changed)
    {
        var alerts = new List<Alert>();
        foreach (var destination in instance.Destinations)
        {
            foreach (var episode in destination.Episodes)
            {
                if (evaluate.Evaluate(destination, episode) is not { } evaluation) continue;
                if (evaluation.IsAlert) alerts.Add(new Alert(destination, episode, evaluation, FindingTypes.Of(destination.Destination.Transport)));
            }
        }
        if (engine.Options.OwnTypes) PatternSearch.Apply(alerts, instance, index, engine.Parameters);
        else alerts.RemoveAll(a => !a.Type.IsOfGuardDuty);
        var old = _ofInstance.GetValueOrDefault(instance.Key) ?? NoAlerts;
        if (old.Count == 0 && alerts.Count == 0) return;
        Replace(instance.Key, old, alerts);
        if (changed is not null) Compare(old, alerts, changed);
    }

    /// <summary>Looks again at destinations that many may have begun at once. After all <see cref="Decide"/>.</summary>
    public void CheckFleet()
    {
        if (engine.Options.OwnTypes)
        {
            foreach (var destination in _fleetToCheck)
            {
                var alerts = _alerting.TryGetValue(destination, out var instances)
                    ? instances.SelectMany(i => _ofInstance[i]).Where(a => a.Type.IsFirstContact && a.Destination.Destination == destination).ToList() : [];
                foreach (var type in FindingTypes.All)
                {
                    if (_fleetGroups.Remove((type, destination), out var old))
                    {
                        Touch(old);
                        Remove(old, a => a.Destination.Destination == destination);
                    }
                    var found = type.FindInFleet(alerts, engine.Parameters);
                    if (found.Count == 0) continue;
                    var now = FindingGroup.Of(found[0], engine.Options.ProviderMerge);
                    foreach (var alert in found) Add(now, alert);
                    Touch(now);
                    _fleetGroups.Add((type, destination), now);
                }
            }
        }
        _fleetToCheck.Clear();
    }

    /// <summary>Makes groups dirty by what their alerts are about.</summary>
    public void Touch(Func<FindingGroup, Alert, bool> concerns)
    {
        foreach (var (group, alerts) in _groups)
            if (!_dirty.Contains(group) && alerts.Exists(a => concerns(group, a))) Touch(group);
    }

    /// <summary>A finding about a cohort tells what is usual from one of its members, who need not be one of the finding's.</summary>
    public void TouchReferences(IReadOnlySet<InstanceKey> updated)
    {
        var cohorts = updated.SelectMany(key => index.Instances[key].CohortEpochs).Select(c => c.Cohort).ToHashSet(StringComparer.Ordinal);
        foreach (var (group, alerts) in _groups)
        {
            if (group.Subject.Kind != SubjectKind.Cohort || _dirty.Contains(group) || !cohorts.Contains(group.Subject.Id)) continue;
            if (FindingDraft.Of(group, [.. alerts], engine.Parameters).Exists(draft => updated.Contains(FindingBuilder.Reference(draft, index, engine.Parameters)))) Touch(group);
        }
    }

    public void TouchAll()
    {
        foreach (var group in _groups.Keys) Touch(group);
    }

    public void Touch(FindingGroup group)
    {
        _dirty.Add(group);
        foreach (var alert in _groups.GetValueOrDefault(group, NoAlerts)) _involved.Add(alert.Instance.Key);
    }

    public IEnumerable<FindingDraft> Drafts() =>
        _dirty.Where(_groups.ContainsKey).SelectMany(group => FindingDraft.Of(group, [.. _groups[group]], engine.Parameters));

    public void Clear()
    {
        _dirty.Clear();
        _involved.Clear();
    }

    private void Replace(InstanceKey key, List<Alert> old, List<Alert> now)
    {
        foreach (var alert in old)
        {
            var group = FindingGroup.Of(alert, engine.Options.ProviderMerge);
            Touch(group);
            Remove(group, a => a.Instance.Key == key);
            Watch(alert, key, present: false);
        }
        foreach (var alert in now)
        {
            var group = FindingGroup.Of(alert, engine.Options.ProviderMerge);
            Add(group, alert);
            Touch(group);
            Watch(alert, key, present: true);
        }
        if (now.Count > 0) _ofInstance[key] = now;
        else _ofInstance.Remove(key);
        _involved.Add(key);
    }

    private void Watch(in Alert alert, InstanceKey key, bool present)
    {
        if (!alert.Type.IsFirstContact) return;
        var destination = alert.Destination.Destination;
        if (!_alerting.TryGetValue(destination, out var instances)) _alerting.Add(destination, instances = []);
        if (present) instances.Add(key);
        else instances.Remove(key);
        if (instances.Count == 0) _alerting.Remove(destination);
        _fleetToCheck.Add(destination);
    }

    private static void Compare(List<Alert> old, List<Alert> now, Dictionary<Destination, long> changed)
    {
        static HashSet<(Destination, long)> Starts(List<Alert> alerts) => [.. alerts.Where(a => a.Type.IsFirstContact).Select(a => (a.Destination.Destination, a.Start))];
        var differing = Starts(old);
        differing.SymmetricExceptWith(Starts(now));
        foreach (var (destination, start) in differing) changed[destination] = Math.Min(start, changed.GetValueOrDefault(destination, long.MaxValue));
    }

    private void Add(FindingGroup group, Alert alert)
    {
        if (!_groups.TryGetValue(group, out var alerts)) _groups.Add(group, alerts = []);
        alerts.Add(alert);
    }

    private void Remove(FindingGroup group, Predicate<Alert> which)
    {
        if (!_groups.TryGetValue(group, out var alerts)) return;
        alerts.RemoveAll(which);
        if (alerts.Count == 0) _groups.Remove(group);
    }
}
