using System.Globalization;
using System.Reflection;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;

namespace Wayward.Web.Reports;

/// <param name="FileName">Made of the finding's id only, so that no foreign text reaches a header.</param>
internal sealed record RenderedReport(byte[] Content, string MediaType, string FileName);

/// <summary>Writes the report of a finding, or exports many; each export is audited.</summary>
internal sealed class ReportService(DossierService dossiers, IAuditStore audit, DetectionOptions options, TimeProvider time)
{
    /// <returns>Null when there is no such finding.</returns>
    public async Task<RenderedReport?> ExportAsync(string findingId, IReportWriter format, string actor, CancellationToken cancellation, ReportOptions? chosen = null)
    {
        if (await dossiers.FindAsync(findingId, cancellation) is not { } dossier) return null;
        using var buffer = new MemoryStream();
        await format.WriteAsync(Report(AsyncEnumerable.Repeat(dossier, 1), actor, chosen), new SingleOutput(buffer), cancellation);
        string id = dossier.Finding.Id;
        await audit.AppendAsync(actor, "report.export", id, $"Exported the report as {format.Label}", null,
            string.Create(CultureInfo.InvariantCulture, $$"""{"format":"{{format.Name}}","bytes":{{buffer.Length}}}"""), cancellation);
        return new(buffer.ToArray(), format.MediaType, $"wayward-{id}.{format.Extension}");
    }

    /// <summary>Exports the findings of a query, oldest first contact first. Each has its evidence; timeline, comments and decisions are in the report of one finding only.</summary>
    /// <param name="changedSince">Only findings that changed at or after this Unix second.</param>
    /// <returns>How many findings were written.</returns>
    public async Task<int> ExportAsync(FindingQuery query, long? changedSince, IReportWriter format, ReportOutput output, string actor, ReportOptions? chosen, CancellationToken cancellation)
    {
        int count = 0;
        await format.WriteAsync(Report(Counted(), actor, chosen), output, cancellation);
        await audit.AppendAsync(actor, "findings.export", format.Name, string.Create(CultureInfo.InvariantCulture, $"Exported {count:N0} {(count == 1 ? "finding" : "findings")} as {format.Label}"), null,
            string.Create(CultureInfo.InvariantCulture, $$"""{"format":"{{format.Name}}","findings":{{count}}}"""), cancellation);
        return count;

        async IAsyncEnumerable<FindingDossier> Counted()
        {
            await foreach (var dossier in dossiers.StreamAsync(query, changedSince, cancellation))
            {
                count++;
                yield return dossier;
            }
        }
    }

    /// <summary>What a writer is given.</summary>
    public FindingsReport Report(IAsyncEnumerable<FindingDossier> found, string actor, ReportOptions? chosen = null) => new()
    {
        Dossiers = found,
        GeneratedAt = time.GetUtcNow().ToUnixTimeSeconds(),
        GeneratedBy = actor,
        Generator = Generator,
        Parameters = DetectionParameters.List(options),
        Options = chosen ?? ReportOptions.Default,
    };

    public static string Version { get; } = typeof(ReportService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static string Generator { get; } = "Wayward " + Version;
}
