using System.Reflection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Timeline;
using Wayward.Engine.Detection;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;

namespace Wayward.Web.Reports;

public enum ReportFormat { Html, Json }

/// <param name="FileName">Made of the finding's id only, so that no foreign text reaches a header.</param>
public sealed record RenderedReport(byte[] Content, string ContentType, string FileName);

/// <summary>Gathers what is known of a finding and writes its report; each export is audited.</summary>
public sealed class ReportService(
    IFindingStore findings, IInstanceStore instances, IAuditStore audit, ISourceObjectStore objects, IExpectedTargetStore expected,
    ICatalogProvider catalogs, DetectionOptions options, TimeProvider time)
{
    private const int MaxCells = 360;

    /// <returns>Null when there is no such finding.</returns>
    public async Task<RenderedReport?> ExportAsync(string findingId, ReportFormat format, string actor, CancellationToken cancellation)
    {
        if (await BuildAsync(findingId, actor, cancellation) is not { } report) return null;
        string id = report.Finding.Id;
        var rendered = format == ReportFormat.Html
            ? new RenderedReport(System.Text.Encoding.UTF8.GetBytes(IncidentReportHtml.Write(report)), "text/html; charset=utf-8", $"wayward-{id}.html")
            : new RenderedReport(IncidentReportJson.Write(report), "application/json; charset=utf-8", $"wayward-{id}.json");
        string name = format.ToString().ToLowerInvariant();
        await audit.AppendAsync(actor, "report.export", id, $"Exported the report as {name.ToUpperInvariant()}", null,
            $$"""{"format":"{{name}}","bytes":{{rendered.Content.Length}}}""", cancellation);
        return rendered;
    }

    /// <summary>The report without an export being recorded.</summary>
    public async Task<IncidentReport?> BuildAsync(string findingId, string actor, CancellationToken cancellation)
    {
        if (await findings.FindAsync(findingId, cancellation) is not { } stored) return null;
        var finding = stored.Finding;
        var rules = await expected.AllAsync(cancellation);
        var entries = await audit.OfFindingAsync(finding.Id, cancellation);
        var siblings = await findings.SiblingsAsync(finding.Id, 50, cancellation);
        return new IncidentReport
        {
            GeneratedAt = time.GetUtcNow().ToUnixTimeSeconds(),
            GeneratedBy = actor,
            Generator = Generator,
            Finding = finding,
            Status = stored.Status,
            Resolution = stored.Resolution,
            Assignee = stored.Assignee,
            Revision = stored.Revision,
            DetectedAt = stored.DetectedAt,
            UpdatedAt = stored.UpdatedAt,
            Note = stored.Note,
            Supersedes = stored.Supersedes,
            Timeline = await TimelineAsync(stored, rules, entries, cancellation),
            Evidence = await EvidenceAsync(finding, cancellation),
            Decisions = [.. entries.Select(e => new ReportDecision(e.At, e.Actor, e.Verb, e.Summary, e.UndoneBy is not null))],
            Comments = [.. (await findings.CommentsAsync(finding.Id, cancellation)).Select(c => new ReportComment(c.At, c.Author, c.Text))],
            ExpectedBy = stored.ExpectedTargetId is { } id ? rules.FirstOrDefault(r => r.Id == id) : null,
            Siblings = [.. siblings.Select(s => new ReportSibling(s.Id, s.InstanceName is null ? s.Subject.Id : $"{s.InstanceName} {s.Subject.Id}", s.Address, s.First, s.Severity, s.Status))],
            Parameters = DetectionParameters.List(options),
        };
    }

    private static string Generator { get; } =
        "Wayward " + (typeof(ReportService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "");

    /// <summary>From what was usual before to a week after, so that the break stands between the two.</summary>
    private async Task<InstanceTimeline?> TimelineAsync(StoredFinding stored, IReadOnlyList<Core.Triage.ExpectedTarget> rules, IReadOnlyList<AuditEntry> entries, CancellationToken cancellation)
    {
        var finding = stored.Finding;
        if (finding.Members.Count == 0) return null;
        string instance = finding.Members[0].Id;
        var fleet = await instances.FleetAsync(cancellation);
        if (await instances.HistoryAsync(instance, 0, UnixTime.Hour(fleet.MaxStart) + 1, cancellation) is not { } history) return null;
        long from = Math.Max(Math.Max(finding.Novelty.ObservedSince, fleet.FirstRecord), finding.First - (long)options.HistoryWindow.TotalSeconds);
        long to = Math.Max(finding.First + UnixTime.DaySeconds, Math.Min(fleet.MaxStart + UnixTime.HourSeconds, finding.First + 7 * UnixTime.DaySeconds));
        // A member of a cohort may be younger than what the cohort was evaluated by.
        if (history.Coverage.Count > 0) from = Math.Max(from, history.Coverage.Values.First().FirstStart - UnixTime.DaySeconds);
        from = Math.Min(from, finding.First - UnixTime.HourSeconds);
        return InstanceTimeline.Build(new TimelineRequest
        {
            History = history,
            Catalog = catalogs.Current,
            Findings = [TimelineFinding.Of(finding, stored.Status)],
            Decisions = [.. entries.Select(e => new TimelineDecision(e.At / 1000, e.Summary, e.Actor, finding.Id))],
            Expected = rules,
            Options = options,
            From = from,
            To = to,
            Moment = finding.First,
            Resolution = InstanceTimeline.Fit(from, to, MaxCells),
            MaxStart = fleet.MaxStart,
        });
    }

    private async Task<IReadOnlyList<ReportEvidence>> EvidenceAsync(Finding finding, CancellationToken cancellation)
    {
        List<ReportEvidence> evidence = [];
        foreach (var line in finding.Evidence)
        {
            var item = await objects.FindAsync(line.ObjectId, cancellation);
            evidence.Add(new(item?.Container, item?.Key, line.ObjectId, line.Line, line.Start, line.Text));
        }
        return evidence;
    }
}
