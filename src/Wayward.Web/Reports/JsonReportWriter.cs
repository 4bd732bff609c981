using Wayward.Core.Reports;
using Wayward.Core.Reports.Contracts;

namespace Wayward.Web.Reports;

/// <summary>The report for programs, schema <see cref="ReportDocument.SchemaId"/>.</summary>
internal sealed class JsonReportWriter : IReportWriter
{
    public string Name => "json";
    public string Label => "JSON";
    public string MediaType => "application/json; charset=utf-8";
    public int Order => 20;
    public bool Viewable => false;

    public async Task WriteAsync(FindingReport report, Stream output, CancellationToken cancellation) =>
        await output.WriteAsync(CoreContracts.Report.Bytes(ReportDocument.Of(report)), cancellation);
}
