namespace Wayward.Core.Detection;

/// <summary>One instance's first contacts while the types look for patterns in them.</summary>
internal sealed class PatternSearch
{
    private readonly List<Alert> _found = [];

    private PatternSearch(IEnumerable<Alert> contacts, InstanceSummary instance, DetectionIndex index, Parameters parameters)
    {
        (Instance, Index, Parameters) = (instance, index, parameters);
        Contacts = [.. contacts];
        Contacts.Sort(Alert.Order);
        Own = Contacts.FindAll(a => a.Evaluation.Decision == EpisodeDecision.Alert);
    }

    public InstanceSummary Instance { get; }
    public DetectionIndex Index { get; }
    public Parameters Parameters { get; }
    public PatternOptions Options => Parameters.Options.Patterns;

    /// <summary>First contacts that alert, ascending, without those that were absorbed.</summary>
    public List<Alert> Contacts { get; }

    /// <summary>First contacts with authoritative servers, in no order.</summary>
    public IReadOnlyList<Alert> Direct { get; private init; } = [];

    /// <summary>Those of <see cref="Contacts"/> that the instance's own history evaluated.</summary>
    public List<Alert> Own { get; }

    /// <summary>What the types find in all first contacts and hours of an instance.</summary>
    public static List<Alert> Find(List<Alert> contacts, List<Alert> direct, InstanceSummary instance, DetectionIndex index, Parameters parameters)
    {
        var search = new PatternSearch(contacts, instance, index, parameters) { Direct = direct };
        foreach (var type in FindingTypes.All) type.Find(search);
        return search._found;
    }

    /// <summary>What the types gather from the first contacts that no fleet absorbed, and those that are left as findings of their own.</summary>
    public static List<Alert> Gather(IEnumerable<Alert> contacts, InstanceSummary instance, DetectionIndex index, Parameters parameters)
    {
        var search = new PatternSearch(contacts, instance, index, parameters);
        foreach (var type in FindingTypes.All) type.Gather(search);
        return [.. search.Contacts, .. search._found];
    }

    public void Add(Alert alert) => _found.Add(alert);

    /// <summary>Adds something that is found at a time and rests on no episode.</summary>
    public void Add(FindingType type, DestinationSummary destination, long start, long end) =>
        Add(new Alert(destination, new EpisodeSpan(start, end, long.MaxValue, 0), new Evaluation(EpisodeDecision.Alert, start, Instance.AgeAt(start), null, 0), type));

    /// <summary>These have no finding of their own: they are members of another.</summary>
    public void Absorb(IReadOnlySet<Alert> members)
    {
        if (members.Count == 0 || !Parameters.Options.Stories) return;
        Contacts.RemoveAll(members.Contains);
        Own.RemoveAll(members.Contains);
    }
}
