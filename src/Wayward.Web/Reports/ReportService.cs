using System.Globalization;
using System.Reflection;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Storage.Audit;

namespace Wayward.Web.Reports;

/// <param name="FileName">Made of the finding's id only, so that no foreign text reaches a header.</param>
internal sealed record RenderedReport(byte[] Content, string MediaType, string FileName);

/// <summary>Writes the report of a finding; each export is audited.</summary>
internal sealed class ReportService(DossierService dossiers, IAuditStore audit, DetectionOptions options, TimeProvider time)
{
    /// <returns>Null when there is no such finding.</returns>
    public async Task<RenderedReport?> ExportAsync(string findingId, IReportWriter format, string actor, CancellationToken cancellation)
    {
        if (await dossiers.FindAsync(findingId, cancellation) is not { } dossier) return null;
        var report = new FindingReport
        {
            Dossier = dossier,
            GeneratedAt = time.GetUtcNow().ToUnixTimeSeconds(),
            GeneratedBy = actor,
            Generator = Generator,
            Parameters = DetectionParameters.List(options),
        };
        using var buffer = new MemoryStream();
        await format.WriteAsync(report, buffer, cancellation);
        string id = dossier.Finding.Id;
        await audit.AppendAsync(actor, "report.export", id, $"Exported the report as {format.Label}", null,
            string.Create(CultureInfo.InvariantCulture, $$"""{"format":"{{format.Name}}","bytes":{{buffer.Length}}}"""), cancellation);
        return new(buffer.ToArray(), format.MediaType, $"wayward-{id}.{format.Name}");
    }

    private static string Generator { get; } =
        "Wayward " + (typeof(ReportService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "");
}
