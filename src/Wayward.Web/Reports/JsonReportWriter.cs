using System.Text.Json;
using Wayward.Core.Reports;
using Wayward.Core.Reports.Contracts;

namespace Wayward.Web.Reports;

/// <summary>The report for programs, schema <see cref="ReportDocument.SchemaId"/>: one document, or one a line.</summary>
internal sealed class JsonReportWriter : IReportWriter
{
    public string Name => "json";
    public string Label => "JSON";
    public string MediaType => "application/json; charset=utf-8";
    public string Extension => "json";
    public int Order => 20;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        await using var stream = output.Open();
        FindingDossier? first = null;
        bool lines = false;
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation))
        {
            // Whether it is the only one shows when the next one comes.
            if (first is null)
            {
                first = dossier;
                continue;
            }
            if (!lines) await LineAsync(first);
            lines = true;
            await LineAsync(dossier);
        }
        if (first is not null && !lines) await stream.WriteAsync(CoreContracts.Report.Bytes(ReportDocument.Of(report.Of(first))), cancellation);

        async Task LineAsync(FindingDossier dossier) => await stream.WriteAsync(CoreContracts.Report.Line(ReportDocument.Of(report.Of(dossier))), cancellation);
    }
}
