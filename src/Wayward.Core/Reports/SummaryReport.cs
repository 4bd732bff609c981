using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Text;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports;

/// <summary>A report of several findings together: of an incident, or of a period.</summary>
public abstract record SummaryReport
{
    /// <summary>Unix seconds.</summary>
    public required long GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    /// <summary>Name and version of the program.</summary>
    public required string Generator { get; init; }
    /// <summary>Detection parameters as used, by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Sentences for a reader who has never seen the program. They may hold foreign text.</summary>
    public abstract IReadOnlyList<string> Summary { get; }
}

public sealed record IncidentReport : SummaryReport
{
    public required Incident Incident { get; init; }
    public required IReadOnlyList<IncidentTask> Tasks { get; init; }
    public required IReadOnlyList<IncidentEvent> Events { get; init; }
    public required IncidentPicture Picture { get; init; }
    /// <summary>Ascending by first contact.</summary>
    public required IReadOnlyList<FindingDossier> Findings { get; init; }
    /// <summary>Findings of the incident that are not in the report, since it would be too long.</summary>
    public int Omitted { get; init; }

    public override IReadOnlyList<string> Summary => IncidentText.Summary(this);
}

public sealed record PeriodReport : SummaryReport
{
    public required PeriodSummary Period { get; init; }

    public override IReadOnlyList<string> Summary => PeriodText.Summary(Period);
}

/// <summary>An incident in sentences.</summary>
public static class IncidentText
{
    internal static IReadOnlyList<string> Summary(IncidentReport report)
    {
        var (incident, findings) = (report.Incident, report.Findings);
        List<string> text = [$"{Severity(incident)} The incident is {incident.Status.Name().Replace('-', ' ')}; {(incident.Owner is { } owner ? $"{owner} owns it" : "nobody owns it")}."];
        if (findings.Count == 0) return [.. text, "It has no findings."];
        int instances = findings.SelectMany(f => f.Finding.Members.Select(m => m.Id)).Distinct().Count();
        var targets = findings.Select(f => f.Target.Operator).Distinct().Order(StringComparer.Ordinal).ToList();
        text.Add($"{Wording.Count(findings.Count + report.Omitted, "finding")} on {Wording.Count(instances, "instance")}, first contact {UtcTime.Words(findings.Min(f => f.Finding.First))}, last contact so far {UtcTime.Words(findings.Max(f => f.Finding.Last))}.");
        text.Add($"Targets: {string.Join(", ", targets.Take(8))}{(targets.Count > 8 ? $" and {targets.Count - 8} more" : "")}.");
        int answered = findings.Count(f => f.Finding.Outcome == ContactOutcome.Answered), decided = findings.Count(f => !f.Status.IsOpen());
        text.Add($"Findings in which a server answered: {answered} of {findings.Count}. Findings not decided yet: {findings.Count - decided} of {findings.Count}. Open tasks: {report.Tasks.Count(t => !t.Done)} of {report.Tasks.Count}.");
        double least = findings.Min(f => f.Finding.Novelty.Coverage);
        text.Add($"The logs held records for {Wording.Percent(least)} or more of the hours before each first contact. Contacts in hours without records would not have been seen; DNS to Amazon's own resolver never appears in flow logs.");
        return text;
    }

    private static string Severity(Incident incident) => incident.Severity == 0 ? "No severity yet."
        : $"Severity {Wording.Tenths(incident.Severity)} {SeverityBands.Of(incident.Severity)}{(incident.SetSeverity is null ? ", the highest of its findings" : $", set by hand: {incident.SeverityReason.TrimEnd('.')}")}.";
}

/// <summary>A period in sentences.</summary>
public static class PeriodText
{
    internal static IReadOnlyList<string> Summary(PeriodSummary period)
    {
        var bands = period.By(g => g.Band);
        List<string> text = [$"{Wording.Count(period.Total, "finding")}{(period.Total == 0 ? "" : $": {string.Join(", ", bands.OrderByDescending(b => b.Part).Select(b => $"{b.Count} {b.Part.ToString().ToLowerInvariant()}"))}")}."];
        var speed = period.Speed;
        text.Add(speed.Decided == 0 ? "No person decided any of them."
            : $"{Wording.Count(speed.Decided, "finding")} {(speed.Decided == 1 ? "was" : "were")} decided by {(period.ByActor.Count == 1 ? "one person" : $"{period.ByActor.Count} people")}: half within {Wording.Span(speed.Median!.Value)} of being stored, nine of ten within {Wording.Span(speed.Ninth!.Value)}.");
        text.Add(period.OpenCount == 0 ? "Nothing is open." : $"{Wording.Count(period.OpenCount, "finding")} {(period.OpenCount == 1 ? "is" : "are")} still open or acknowledged.");
        text.Add(period.Coverage.Share is { } share
            ? $"The logs held records for {Wording.Percent(share)} of the hours of {Wording.Count(period.Coverage.Instances, "instance")}. What happened in the other hours is not known."
            : "No instance sent logs in this period.");
        return text;
    }
}
