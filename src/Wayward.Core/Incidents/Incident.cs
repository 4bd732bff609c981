using Wayward.Core.Text;

namespace Wayward.Core.Incidents;

/// <summary>How far the work on an incident is. Values are stored; do not renumber.</summary>
public enum IncidentStatus : byte { Open = 1, InProgress = 2, Contained = 3, Closed = 4 }

public static class IncidentStatuses
{
    /// <summary>Output names: <c>open</c>, <c>in-progress</c>, <c>contained</c>, <c>closed</c>.</summary>
    public static string Name(this IncidentStatus status) => status == IncidentStatus.InProgress ? "in-progress" : status.ToString().ToLowerInvariant();

    public static bool IsOpen(this IncidentStatus status) => status != IncidentStatus.Closed;
}

/// <summary>Findings that are worked on together.</summary>
public sealed record Incident
{
    public required int Id { get; init; }
    public required string Title { get; init; }
    public required IncidentStatus Status { get; init; }
    /// <summary>Null = nobody.</summary>
    public string? Owner { get; init; }
    /// <summary>Tenths, 10 to 89: the one that was set, else the highest of the findings; 0 without findings.</summary>
    public required int Severity { get; init; }
    public required int HighestSeverity { get; init; }
    /// <summary>Tenths; null = the highest of the findings counts.</summary>
    public int? SetSeverity { get; init; }
    /// <summary>Why the severity was set; empty when it was not.</summary>
    public string SeverityReason { get; init; } = "";
    /// <summary>Markdown, as it was written.</summary>
    public string Narrative { get; init; } = "";
    public required int FindingCount { get; init; }
    /// <summary>Raised when title, status, owner or severity change.</summary>
    public required int Revision { get; init; }
    /// <summary>Raised when the narrative changes: a long text must not be refused because someone ticked a task or took the incident over.</summary>
    public required int NarrativeRevision { get; init; }
    public required string CreatedBy { get; init; }
    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }
    /// <summary>Unix seconds.</summary>
    public required long UpdatedAt { get; init; }
}

/// <param name="DoneBy">Null = still to do.</param>
/// <param name="DoneAt">Unix seconds.</param>
public sealed record IncidentTask(long Id, string Text, string? DoneBy, long? DoneAt)
{
    public bool Done => DoneBy is not null;
}

/// <param name="Tenths">Null = the highest of the findings.</param>
/// <param name="Reason">Required with <paramref name="Tenths"/>.</param>
public sealed record SeverityChoice(int? Tenths, string Reason);

/// <summary>Changes of an incident's own fields; null leaves a field as it is.</summary>
public sealed record IncidentEdit
{
    public string? Title { get; init; }
    public IncidentStatus? Status { get; init; }
    /// <summary>Empty = nobody.</summary>
    public string? Owner { get; init; }
    public SeverityChoice? Severity { get; init; }
    public string? Narrative { get; init; }

    public bool ChangesHead => Title is not null || Status is not null || Owner is not null || Severity is not null;
}

/// <summary>What an incident's texts must be to be saved.</summary>
public static class IncidentRules
{
    public const int MaxTitle = 200, MaxName = 200, MaxReason = 2_000, MaxNarrative = 100_000, MaxTask = 500, MaxTasks = 200, MaxFindings = 5_000;

    /// <summary>All faults at once, each a sentence for the analyst; empty = well-formed.</summary>
    public static IReadOnlyList<string> Faults(IncidentEdit edit)
    {
        List<string> faults = [];
        if (edit.Title is { } title) faults.AddRange(Line("The title", title, MaxTitle, required: true));
        if (edit.Status is { } status && !Enum.IsDefined(status)) faults.Add("This is not a status of an incident.");
        if (edit.Owner is { } owner) faults.AddRange(Line("The owner", owner, MaxName, required: false));
        if (edit.Severity is { Tenths: { } tenths } choice)
        {
            if (tenths is < 10 or > 89) faults.Add("The severity must be between 1.0 and 8.9.");
            faults.AddRange(Line("The reason for the severity", choice.Reason, MaxReason, required: true));
        }
        if (edit.Narrative is { Length: > MaxNarrative }) faults.Add($"The narrative is longer than {MaxNarrative} characters.");
        return faults;
    }

    public static IReadOnlyList<string> TaskFaults(string text) => [.. Line("The task", text, MaxTask, required: true)];

    private static IEnumerable<string> Line(string what, string text, int max, bool required)
    {
        if (required && string.IsNullOrWhiteSpace(text)) yield return $"{what} must not be empty.";
        if (text.Length > max) yield return $"{what} is longer than {max} characters.";
    }

    /// <summary>A title for findings about these subjects and targets, such as "Google Public DNS on 3 instances". Foreign text is made plain.</summary>
    public static string ProposeTitle(IReadOnlyCollection<string> subjects, IReadOnlyCollection<string> targets)
    {
        string who = subjects.Count == 1 ? SafeText.Plain(subjects.First(), 60) : $"{subjects.Count} instances or groups";
        return targets.Count == 1 ? $"{SafeText.Plain(targets.First(), 60)} on {who}" : $"{targets.Count} DNS targets on {who}";
    }
}
