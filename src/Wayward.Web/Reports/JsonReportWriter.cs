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
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation))
        {
            var document = ReportDocument.Of(report.Of(dossier));
            await stream.WriteAsync(report.Options.Lines ? CoreContracts.Report.Line(document) : CoreContracts.Report.Bytes(document), cancellation);
        }
    }
}
