using System.Globalization;
using System.Reflection;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Storage.Audit;
using Wayward.Storage.Exports;
using Wayward.Storage.Findings;

namespace Wayward.Web.Reports;

/// <param name="FileName">Made of the finding's id only, so that no foreign text reaches a header.</param>
internal sealed record RenderedReport(byte[] Content, string MediaType, string FileName);

/// <summary>Writes the report of a finding, or exports many; each export is audited.</summary>
internal sealed class ReportService(DossierService dossiers, IAuditStore audit, IExportStreamStore streams, DetectionOptions options, TimeProvider time)
{
    /// <summary>Findings in one file of a stream at most.</summary>
    private const int StreamFile = 5_000;

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
        await format.WriteAsync(Report(Counted(), actor, (chosen ?? ReportOptions.Default) with { Lines = true }), output, cancellation);
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

    /// <summary>
    /// Writes what a stream has not had yet into the folder, one file for each call: <c>2026/01/31/STREAM-000001.ecs.jsonl</c>. A revision of a finding is in one file only: a file that was begun
    /// and not noted is written again under its own name.
    /// </summary>
    /// <returns>How many findings were written; 0 when the stream has had everything.</returns>
    /// <exception cref="InvalidOperationException">The stream has another format.</exception>
    public async Task<int> ExportNextAsync(string stream, FindingQuery query, IReportWriter format, string folder, string actor, ReportOptions chosen, CancellationToken cancellation)
    {
        if (await streams.BeginAsync(stream, format.Name, query, StreamFile, cancellation) is not { } batch) return 0;
        string day = Path.Combine(folder, DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + batch.Day).ToString("yyyy/MM/dd", CultureInfo.InvariantCulture));
        string name = string.Create(CultureInfo.InvariantCulture, $"{stream}-{batch.Number:000000}");
        if (batch.Again && Directory.Exists(day)) foreach (string old in Directory.EnumerateFiles(day, name + "*." + format.Extension)) File.Delete(old);
        using (var output = new FolderOutput(day, name, format.Extension))
        {
            await format.WriteAsync(Report(dossiers.OfAsync(batch.Findings, cancellation), actor, chosen with { Lines = true }), output, cancellation);
            output.Complete();
        }
        await streams.CompleteAsync(stream, batch, cancellation);
        return batch.Findings.Count;
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
