using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>One instance's alerts while the types look for patterns in them.</summary>
internal sealed class PatternSearch
{
    private readonly List<Alert> _alerts;
    private readonly List<Alert> _found = [];

    private PatternSearch(List<Alert> alerts, InstanceSummary instance, DetectionIndex index, Parameters parameters)
    {
        (_alerts, Instance, Index, Parameters) = (alerts, instance, index, parameters);
        Own = [.. alerts.Where(a => a.Evaluation.Decision == EpisodeDecision.Alert)];
        Own.Sort(Alert.Order);
    }

    public InstanceSummary Instance { get; }
    public DetectionIndex Index { get; }
    public Parameters Parameters { get; }
    public PatternOptions Options => Parameters.Options.Patterns;

    /// <summary>First contacts that the instance's own history evaluated, ascending, without those that were absorbed.</summary>
    public List<Alert> Own { get; }

    /// <param name="alerts">The instance's first-contact alerts. Absorbed ones are taken out, and what the types find is added.</param>
    public static void Apply(List<Alert> alerts, InstanceSummary instance, DetectionIndex index, Parameters parameters)
    {
        var search = new PatternSearch(alerts, instance, index, parameters);
        foreach (var type in FindingTypes.All) type.Find(search);
        alerts.AddRange(search._found);
    }

    public void Add(Alert alert) => _found.Add(alert);

    /// <summary>Adds something that is found at a time and rests on no episode.</summary>
    public void Add(FindingType type, DestinationSummary destination, long start, long end) =>
        Add(new Alert(destination, new EpisodeSpan(start, end, long.MaxValue, 0), new Evaluation(EpisodeDecision.Alert, start, Instance.AgeAt(start), null, 0), type));

    /// <summary>These have no finding of their own: they are members of another.</summary>
    public void Absorb(IReadOnlySet<Alert> members)
    {
        if (members.Count == 0) return;
        _alerts.RemoveAll(members.Contains);
        Own.RemoveAll(members.Contains);
    }
}
