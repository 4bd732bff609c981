using System.Globalization;
using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;
using Wayward.Web.Reports.Formats;

namespace Wayward.Web.Reports.Summaries;

/// <summary>CommonMark with tables, for a ticket or a wiki. Foreign text is escaped; the narrative is a quotation, so that its headings do not become the report's.</summary>
internal sealed class MarkdownSummaryWriter : ISummaryWriter
{
    private const int Longest = 4_000;

    public string Name => "markdown";
    public string Label => "Markdown";
    public string MediaType => "text/markdown; charset=utf-8";
    public string Extension => "md";
    public int Order => 30;

    public async Task WriteAsync(IncidentReport report, Stream output, CancellationToken cancellation)
    {
        var (text, incident) = (new StringBuilder(), report.Incident);
        Line(text, $"# Incident {incident.Id}: {Of(incident.Title)}");
        Summary(text, report);
        if (incident.Narrative.Length > 0)
        {
            Line(text, "## Narrative");
            foreach (string line in incident.Narrative.Split('\n')) text.Append("> ").Append(Of(line.TrimEnd('\r'), Longest)).Append('\n');
            text.Append('\n');
        }
        Line(text, "## Timeline");
        Table(text, ["When", "What", "Subject", "Who", "Detail"], report.Events.Select(e => new[] { UtcTime.Words(e.At), Kind(e.Kind), Of(e.Subject), Of(e.Actor), Of(e.Text, Longest) }));
        if (report.Tasks.Count > 0)
        {
            Line(text, "## Tasks");
            foreach (var task in report.Tasks) text.Append(task.Done ? "- [x] " : "- [ ] ").Append(Of(task.Text)).Append(task is { DoneBy: { } by, DoneAt: { } at } ? $" ({Of(by)}, {UtcTime.Words(at)})" : "").Append('\n');
            text.Append('\n');
        }
        Line(text, "## Findings");
        if (report.Omitted > 0) Line(text, $"{report.Omitted} more findings of the incident are not in this report.");
        foreach (var finding in report.Findings) Finding(text, finding);
        Foot(text, report);
        await output.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
    }

    public async Task WriteAsync(PeriodReport report, Stream output, CancellationToken cancellation)
    {
        var (text, period) = (new StringBuilder(), report.Period);
        Line(text, $"# Findings of {PeriodWords.Span(period)}");
        if (period.Filters.Count > 0) Line(text, "Filters: " + string.Join("; ", period.Filters.Select(f => Of(f))) + ".");
        Summary(text, report);
        foreach (var (title, head, rows) in PeriodWords.Tables(period))
        {
            Line(text, "## " + title);
            Table(text, head, rows.Select(r => r.Select(c => Of(c)).ToArray()));
        }
        Foot(text, report);
        await output.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
    }

    private static void Finding(StringBuilder text, FindingDossier dossier)
    {
        var finding = dossier.Finding;
        Line(text, $"### {Of(dossier.Headline, Longest)}");
        Line(text, $"Severity {Words.Severity(finding.Severity)} {SeverityBands.Of(finding.Severity)}, confidence {finding.Confidence}, {finding.Transport.Name()}; {Words.Status(dossier.Status).ToLowerInvariant()}{(dossier.Resolution == Resolution.None ? "" : ", " + Words.Resolution(dossier.Resolution).ToLowerInvariant())}. Finding `{finding.Id}`.");
        foreach (string paragraph in dossier.Reasons) Line(text, Of(paragraph, Longest));
        Line(text, "Points: " + string.Join("; ", finding.SeverityFactors.Select(f => $"{Words.SignedTenths(f.Points)} {Of(f.Evidence, Longest)}")));
        if (dossier.Evidence.Count > 0)
            Table(text, ["Object", "Line", "Record"], dossier.Evidence.Select(e => new[] { Of(e.Key is null ? $"object {e.ObjectId}" : $"{e.Container}/{e.Key}", Longest), e.Line.ToString(CultureInfo.InvariantCulture), Of(e.Text, Longest) }));
        foreach (var comment in dossier.Comments) Line(text, $"{Of(comment.Author)} ({UtcTime.Words(comment.At / 1_000)}): {Of(comment.Text.ReplaceLineEndings(" "), Longest)}");
    }

    private static void Summary(StringBuilder text, SummaryReport report)
    {
        foreach (string sentence in report.Summary) Line(text, Of(sentence, Longest));
    }

    private static void Foot(StringBuilder text, SummaryReport report) =>
        Line(text, $"Made by {Of(report.Generator)} on {UtcTime.Words(report.GeneratedAt)} for {Of(report.GeneratedBy)}. All times are UTC.");

    private static void Table(StringBuilder text, IReadOnlyList<string> head, IEnumerable<string[]> rows)
    {
        text.Append("| ").AppendJoin(" | ", head).Append(" |\n|").Append(string.Concat(Enumerable.Repeat(" --- |", head.Count))).Append('\n');
        foreach (string[] row in rows) text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        text.Append('\n');
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\n\n");

    private static string Of(string? text, int maximum = 300) => MarkdownText.Of(text, maximum);

    private static string Kind(IncidentEventKind kind) => kind switch
    {
        IncidentEventKind.FirstContact => "first contact",
        IncidentEventKind.LastContact => "last contact",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
