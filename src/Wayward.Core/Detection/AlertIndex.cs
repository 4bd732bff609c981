using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// The alerts of the fleet by instance and by group, kept up to date one instance at a time, with the groups that a change may have touched. Grows with alerts, not with contacts.
/// </summary>
internal sealed class AlertIndex(DetectionEngine engine, DetectionIndex index, EpisodeEvaluator evaluate)
{
    private static readonly List<Alert> NoAlerts = [];

    /// <summary>First contacts that alert, those with authoritative servers, and the patterns that rest on nothing else.</summary>
    private readonly Dictionary<InstanceKey, (List<Alert> Contacts, List<Alert> Direct, List<Alert> Patterns)> _decided = [];
    /// <summary>What is left as findings of the instance after fleets took their members.</summary>
    private readonly Dictionary<InstanceKey, List<Alert>> _ofInstance = [];
    private readonly Dictionary<FindingGroup, List<Alert>> _groups = [];
    /// <summary>Instances with a first-contact alert on a target.</summary>
    private readonly Dictionary<FleetTarget, HashSet<InstanceKey>> _alerting = [];
    private readonly HashSet<FleetTarget> _fleetToCheck = [];
    private readonly Dictionary<FleetTarget, List<Alert>> _fleets = [];
    /// <summary>First contacts that are members of a fleet.</summary>
    private readonly HashSet<(InstanceKey, Destination, long Start)> _absorbed = [];
    private readonly HashSet<InstanceKey> _toGather = [];
    private readonly HashSet<FindingGroup> _dirty = [];
    private readonly HashSet<InstanceKey> _involved = [];

    /// <summary>Groups to be evaluated again.</summary>
    public IReadOnlySet<FindingGroup> Dirty => _dirty;
    /// <summary>Whoever is or was a member of a dirty group.</summary>
    public IReadOnlySet<InstanceKey> Involved => _involved;

    /// <summary>Decides all contacts of an instance anew. <see cref="Gather"/> must follow when all that changed are decided.</summary>
    /// <param name="changed">Takes up destinations on which its alerts differ, with the earliest time.</param>
    public void Decide(InstanceSummary instance, Dictionary<Destination, long>? changed)
    {
        var contacts = new List<Alert>();
        foreach (var destination in instance.Destinations)
        {
            foreach (var episode in destination.Episodes)
            {
                if (evaluate.Evaluate(destination, episode) is { IsAlert: true } evaluation) contacts.Add(new Alert(destination, episode, evaluation, FindingTypes.Of(destination.Destination.Transport)));
            }
        }
        if (!engine.Options.OwnTypes) contacts.RemoveAll(a => !a.Type.IsOfGuardDuty);
        var direct = contacts.FindAll(a => a.Evaluation.Decision == EpisodeDecision.Direct);
        if (direct.Count > 0) contacts.RemoveAll(a => a.Evaluation.Decision == EpisodeDecision.Direct);
        var patterns = engine.Options.OwnTypes ? PatternSearch.Find(contacts, direct, instance, index, engine.Parameters) : [];
        var (old, oldDirect, _) = _decided.TryGetValue(instance.Key, out var known) ? known : (NoAlerts, NoAlerts, NoAlerts);
        if (contacts.Count + direct.Count + patterns.Count > 0) _decided[instance.Key] = (contacts, direct, patterns);
        else if (!_decided.Remove(instance.Key)) return;
        foreach (var alert in old) Watch(alert, present: false);
        foreach (var alert in contacts) Watch(alert, present: true);
        _toGather.Add(instance.Key);
        if (changed is not null) Compare([.. old, .. oldDirect], [.. contacts, .. direct], changed);
    }

    /// <summary>Gathers first contacts of one cause: fleets first, then what each instance is left with. Groups, old and new, of what was decided become dirty.</summary>
    public void Gather()
    {
        if (engine.Options.OwnTypes)
            foreach (var target in _fleetToCheck) CheckFleet(target);
        _fleetToCheck.Clear();
        foreach (var key in _toGather)
        {
            var old = _ofInstance.GetValueOrDefault(key) ?? NoAlerts;
            var now = _decided.TryGetValue(key, out var decided) ? Left(index.Instances[key], decided.Contacts, decided.Patterns) : NoAlerts;
            if (old.Count + now.Count > 0) Replace(key, old, now);
        }
        _toGather.Clear();
    }

    private void CheckFleet(FleetTarget target)
    {
        var alerts = _alerting.TryGetValue(target, out var instances)
            ? instances.SelectMany(i => _decided[i].Contacts).Where(a => FleetTarget.Of(a, engine.Options.ProviderMerge) == target).ToList() : [];
        alerts.Sort(Alert.Order);
        var found = FindingTypes.All.SelectMany(type => type.FindInFleet(alerts, engine.Parameters)).ToList();
        _fleets.Remove(target, out var old);
        foreach (var alert in old ?? NoAlerts)
        {
            var group = FindingGroup.Of(alert, engine.Options.ProviderMerge);
            Touch(group);
            _groups.Remove(group);
            _absorbed.Remove(Contact(alert));
            _toGather.Add(alert.Instance.Key);
        }
        foreach (var alert in found)
        {
            Add(FindingGroup.Of(alert, engine.Options.ProviderMerge), alert);
            if (engine.Options.Stories) _absorbed.Add(Contact(alert));
            _toGather.Add(alert.Instance.Key);
        }
        foreach (var group in found.Select(a => FindingGroup.Of(a, engine.Options.ProviderMerge)).Distinct()) Touch(group);
        if (found.Count > 0) _fleets.Add(target, found);
    }

    private List<Alert> Left(InstanceSummary instance, List<Alert> contacts, List<Alert> patterns)
    {
        var left = contacts.Where(a => !_absorbed.Contains(Contact(a)));
        return engine.Options.OwnTypes ? [.. PatternSearch.Gather(left, instance, index, engine.Parameters), .. patterns] : [.. left];
    }

    private static (InstanceKey, Destination, long) Contact(in Alert alert) => (alert.Instance.Key, alert.Destination.Destination, alert.Start);

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
            if (_dirty.Contains(group) || !alerts.Exists(a => a.Evaluation is { Decision: EpisodeDecision.CohortAlert, Cohort: { } cohort } && cohorts.Contains(cohort))) continue;
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
        }
        foreach (var alert in now)
        {
            var group = FindingGroup.Of(alert, engine.Options.ProviderMerge);
            Add(group, alert);
            Touch(group);
        }
        if (now.Count > 0) _ofInstance[key] = now;
        else _ofInstance.Remove(key);
        _involved.Add(key);
    }

    private void Watch(in Alert alert, bool present)
    {
        var target = FleetTarget.Of(alert, engine.Options.ProviderMerge);
        if (!_alerting.TryGetValue(target, out var instances)) _alerting.Add(target, instances = []);
        if (present) instances.Add(alert.Instance.Key);
        else instances.Remove(alert.Instance.Key);
        if (instances.Count == 0) _alerting.Remove(target);
        _fleetToCheck.Add(target);
    }

    private static void Compare(List<Alert> old, List<Alert> now, Dictionary<Destination, long> changed)
    {
        static HashSet<(Destination, long)> Starts(List<Alert> alerts) => [.. alerts.Select(a => (a.Destination.Destination, a.Start))];
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
