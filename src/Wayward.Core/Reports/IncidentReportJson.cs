using System.Text.Json;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports;

/// <summary>The report as JSON, schema <see cref="IncidentReport.Schema"/>. Text is given as it is, not made safe to look at: JSON is for programs.</summary>
public static class IncidentReportJson
{
    public static byte[] Write(IncidentReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, FindingJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", IncidentReport.Schema);
            json.WriteString("generatedAt", UtcTime.Iso(report.GeneratedAt));
            json.WriteString("generatedBy", report.GeneratedBy);
            json.WriteString("generator", report.Generator);
            json.WriteString("timeZone", "UTC");
            json.WritePropertyName("finding");
            FindingJson.Write(json, report.Finding, report.Status);
            WriteTriage(json, report);
            FindingJson.WriteStrings(json, "explanation", Detection.FindingText.Explain(report.Finding));
            WriteEvidence(json, report.Evidence);
            WriteTimeline(json, report.Timeline);
            WriteSiblings(json, report.Siblings);
            json.WriteStartObject("parameters");
            foreach (var (key, value) in report.Parameters) json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void WriteTriage(Utf8JsonWriter json, IncidentReport report)
    {
        json.WriteStartObject("triage");
        json.WriteString("status", report.Status.Name());
        json.WriteString("resolution", report.Resolution == Resolution.None ? null : Name(report.Resolution));
        json.WriteString("assignee", report.Assignee);
        json.WriteNumber("revision", report.Revision);
        json.WriteString("detectedAt", UtcTime.Iso(report.DetectedAt));
        json.WriteString("updatedAt", UtcTime.Iso(report.UpdatedAt));
        json.WriteString("note", report.Note);
        FindingJson.WriteStrings(json, "supersedes", report.Supersedes);
        if (report.ExpectedBy is { } rule)
        {
            json.WriteStartObject("expectedBy");
            json.WriteNumber("rule", rule.Id);
            json.WriteString("reason", rule.Reason);
            json.WriteString("createdBy", rule.CreatedBy);
            json.WriteString("createdAt", UtcTime.Iso(rule.CreatedAt));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("expectedBy");
        }
        json.WriteStartArray("decisions");
        foreach (var decision in report.Decisions)
        {
            json.WriteStartObject();
            json.WriteString("at", UtcTime.IsoMilliseconds(decision.At));
            json.WriteString("actor", decision.Actor);
            json.WriteString("verb", decision.Verb);
            json.WriteString("summary", decision.Summary);
            json.WriteBoolean("undone", decision.Undone);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("comments");
        foreach (var comment in report.Comments)
        {
            json.WriteStartObject();
            json.WriteString("at", UtcTime.IsoMilliseconds(comment.At));
            json.WriteString("author", comment.Author);
            json.WriteString("text", comment.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary><c>true-positive</c>, <c>benign-positive</c>, …</summary>
    public static string Name(Resolution resolution) => resolution switch
    {
        Resolution.TruePositive => "true-positive",
        Resolution.BenignPositive => "benign-positive",
        Resolution.FalsePositive => "false-positive",
        Resolution.InsufficientData => "insufficient-data",
        _ => resolution.ToString().ToLowerInvariant(),
    };

    private static void WriteEvidence(Utf8JsonWriter json, IReadOnlyList<ReportEvidence> evidence)
    {
        json.WriteStartArray("evidence");
        foreach (var line in evidence)
        {
            json.WriteStartObject();
            json.WriteString("container", line.Container);
            json.WriteString("object", line.Key);
            json.WriteNumber("line", line.Line);
            json.WriteString("start", UtcTime.Iso(line.Start));
            json.WriteString("text", line.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTimeline(Utf8JsonWriter json, InstanceTimeline? timeline)
    {
        if (timeline is null)
        {
            json.WriteNull("timeline");
            return;
        }
        json.WriteStartObject("timeline");
        json.WriteString("instance", timeline.Instance.Id);
        json.WriteString("from", UtcTime.Iso(timeline.From));
        json.WriteString("to", UtcTime.Iso(timeline.To));
        json.WriteNumber("cellSeconds", timeline.CellSeconds);
        json.WriteStartArray("learned");
        foreach (var span in timeline.Learned)
        {
            json.WriteStartObject();
            json.WriteString("from", UtcTime.Iso(span.From));
            json.WriteString("to", UtcTime.Iso(span.To));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("lanes");
        foreach (var lane in timeline.Lanes)
        {
            json.WriteStartObject();
            json.WriteString("address", lane.Destination.Address.ToString());
            json.WriteString("transport", lane.Destination.Transport.Name());
            json.WriteString("provider", lane.Provider);
            json.WriteString("tier", lane.Tier.Letter());
            json.WriteString("first", lane.First is { } first ? UtcTime.Iso(first) : null);
            json.WriteString("last", lane.Last is { } last ? UtcTime.Iso(last) : null);
            json.WriteStartArray("cells");
            foreach (var cell in lane.Cells)
            {
                json.WriteStartObject();
                json.WriteString("start", UtcTime.Iso(timeline.CellStart(cell.Index)));
                json.WriteNumber("records", cell.Records);
                json.WriteNumber("bytesOut", cell.Out.Bytes);
                json.WriteNumber("bytesIn", cell.In.Bytes);
                json.WriteNumber("rejected", cell.Rejected);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("coverage");
        for (int i = 0; i < timeline.Coverage.Count; i++)
        {
            var cell = timeline.Coverage[i];
            if (cell.State == CoverageState.Outside) continue;
            json.WriteStartObject();
            json.WriteString("start", UtcTime.Iso(timeline.CellStart(i)));
            json.WriteString("state", cell.State.ToString().ToLowerInvariant());
            json.WriteNumber("loggedHours", cell.LoggedHours);
            json.WriteNumber("hours", cell.Hours);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSiblings(Utf8JsonWriter json, IReadOnlyList<ReportSibling> siblings)
    {
        json.WriteStartArray("siblings");
        foreach (var sibling in siblings)
        {
            json.WriteStartObject();
            json.WriteString("id", sibling.Id);
            json.WriteString("subject", sibling.Subject);
            json.WriteString("address", sibling.Address);
            json.WriteString("first", UtcTime.Iso(sibling.First));
            json.WriteNumber("severity", FindingJson.Tenths(sibling.Severity));
            json.WriteString("status", sibling.Status.Name());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
