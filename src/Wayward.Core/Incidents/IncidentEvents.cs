namespace Wayward.Core.Incidents;

/// <summary>What happened at one moment of an incident.</summary>
public enum IncidentEventKind : byte { FirstContact = 1, LastContact = 2, Detected = 3, Decision = 4, Incident = 5 }

/// <param name="At">Unix seconds.</param>
/// <param name="Subject">Foreign text: the instance or group; empty for an event of the incident itself.</param>
/// <param name="Text">A sentence or clause; may hold foreign text.</param>
/// <param name="Actor">Who, for a decision.</param>
/// <param name="FindingId">Null for an event of the incident itself, or of several findings.</param>
public sealed record IncidentEvent(long At, IncidentEventKind Kind, string Subject, string Text, string? Actor, string? FindingId);

/// <summary>What the merged timeline needs of a finding.</summary>
/// <param name="Target">Operator and address.</param>
/// <param name="Why">The finding's "why new" clause.</param>
public sealed record EventFinding(string Id, string Subject, string Target, string Transport, long First, long Last, long DetectedAt, string Why);

/// <param name="At">Unix seconds.</param>
public sealed record EventDecision(long At, string Actor, string Verb, string Summary, string? FindingId, bool Undone);

/// <summary>The merged timeline of an incident: contacts and detections of all its findings, and every decision about them, in one order of time.</summary>
public static class IncidentEvents
{
    /// <returns>Oldest first; at one moment contacts before detections before decisions.</returns>
    public static IReadOnlyList<IncidentEvent> Build(IEnumerable<EventFinding> findings, IEnumerable<EventDecision> decisions)
    {
        List<IncidentEvent> events = [];
        Dictionary<string, string> subjects = new(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            subjects[finding.Id] = finding.Subject;
            events.Add(new(finding.First, IncidentEventKind.FirstContact, finding.Subject, $"First contact with {finding.Target} by {finding.Transport}: {finding.Why}", null, finding.Id));
            if (finding.Last > finding.First) events.Add(new(finding.Last, IncidentEventKind.LastContact, finding.Subject, $"Last contact with {finding.Target} by {finding.Transport} so far", null, finding.Id));
            events.Add(new(finding.DetectedAt, IncidentEventKind.Detected, finding.Subject, $"Finding stored for {finding.Target} by {finding.Transport}", null, finding.Id));
        }
        // That someone took a report out changes nothing; the audit log has it.
        foreach (var decision in decisions.Where(d => !d.Verb.EndsWith(".export", StringComparison.Ordinal)))
        {
            bool own = decision.Verb.StartsWith("incident.", StringComparison.Ordinal);
            string subject = decision.FindingId is { } id ? subjects.GetValueOrDefault(id, "") : "";
            events.Add(new(decision.At, own ? IncidentEventKind.Incident : IncidentEventKind.Decision, subject, decision.Undone ? decision.Summary + " (undone since)" : decision.Summary, decision.Actor, decision.FindingId));
        }
        return [.. events.OrderBy(e => e.At).ThenBy(e => e.Kind).ThenBy(e => e.Subject, StringComparer.Ordinal)];
    }
}
