using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;

namespace Wayward.Web.Reports.Summaries;

/// <summary>Writes the report of an incident or of a period; each export is audited.</summary>
internal sealed class SummaryService(IncidentViews incidents, DossierService dossiers, IPeriodStore periods, IAuditStore audit, DetectionOptions options, TimeProvider time)
{
    /// <summary>Findings with their whole reasoning and evidence in the report of an incident.</summary>
    private const int MaxFindings = 200;

    /// <returns>Null when there is no such incident.</returns>
    public async Task<RenderedReport?> ExportAsync(int incidentId, ISummaryWriter format, string actor, CancellationToken cancellation)
    {
        if (await incidents.FindAsync(incidentId, cancellation) is not { } view) return null;
        List<FindingDossier> findings = [];
        foreach (var row in view.Findings.Take(MaxFindings))
            if (await dossiers.FindAsync(row.Id, cancellation) is { } dossier) findings.Add(dossier);
        var report = new IncidentReport
        {
            Incident = view.Incident, Tasks = view.Tasks, Events = view.Events, Picture = view.Picture, Findings = findings, Omitted = view.Findings.Count - findings.Count,
            GeneratedAt = time.GetUtcNow().ToUnixTimeSeconds(), GeneratedBy = actor, Generator = Generator, Parameters = DetectionParameters.List(options),
        };
        using var buffer = new MemoryStream();
        await format.WriteAsync(report, buffer, cancellation);
        await AppendAsync(actor, AuditSubjects.Incident(incidentId), $"Exported the report of incident {incidentId} as {format.Label}", format, buffer.Length, cancellation);
        return new(buffer.ToArray(), format.MediaType, $"wayward-incident-{incidentId}.{format.Extension}");
    }

    /// <summary>The report of the findings that a query matches, in whatever state they are.</summary>
    /// <param name="filters">The query in words.</param>
    public async Task<RenderedReport> ExportAsync(FindingQuery query, IReadOnlyList<string> filters, ISummaryWriter format, string actor, CancellationToken cancellation)
    {
        var counts = await periods.CountAsync(query, cancellation);
        var report = new PeriodReport
        {
            Period = new()
            {
                Filters = filters, From = query.FirstFrom, To = query.FirstTo, Groups = counts.Groups, Targets = counts.Targets, Decisions = counts.Decisions, Coverage = counts.Coverage,
                Open = [.. counts.Open.Select(f => new PeriodOpenFinding(f.Id, f.Severity, IncidentViews.Subject(f), IncidentViews.Target(f), f.Transport.Name(), f.First, f.DetectedAt, f.Status, f.Assignee))],
            },
            GeneratedAt = time.GetUtcNow().ToUnixTimeSeconds(), GeneratedBy = actor, Generator = Generator, Parameters = DetectionParameters.List(options),
        };
        using var buffer = new MemoryStream();
        await format.WriteAsync(report, buffer, cancellation);
        await AppendAsync(actor, "period", $"Exported the report of a period as {format.Label}", format, buffer.Length, cancellation);
        return new(buffer.ToArray(), format.MediaType, $"wayward-period.{format.Extension}");
    }

    private static string Generator => "Wayward " + ReportService.Version;

    private Task<long> AppendAsync(string actor, string subject, string summary, ISummaryWriter format, long bytes, CancellationToken cancellation) =>
        audit.AppendAsync(actor, "report.export", subject, summary, null, string.Create(CultureInfo.InvariantCulture, $$"""{"format":"{{format.Name}}","bytes":{{bytes}}}"""), cancellation);
}
