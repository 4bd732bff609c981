using Wayward.Core.Reports;
using Wayward.Core.Text;
using Wayward.Web.Reports.Summaries;

namespace Wayward.Web.Reports.Pdf;

/// <summary>The report of an incident or of a period as PDF.</summary>
internal sealed class PdfSummaryWriter : ISummaryWriter
{
    public string Name => "pdf";
    public string Label => "PDF";
    public string MediaType => "application/pdf";
    public string Extension => "pdf";
    public int Order => 15;
    public bool IsBinary => true;

    public Task WriteAsync(IncidentReport report, Stream output, CancellationToken cancellation) =>
        WriteAsync(report, $"Incident {report.Incident.Id}: {report.Incident.Title}", PdfContent.Of(report), output, cancellation);

    public Task WriteAsync(PeriodReport report, Stream output, CancellationToken cancellation) =>
        WriteAsync(report, $"Findings of {PeriodWords.Span(report.Period)}", PdfContent.Of(report), output, cancellation);

    private static Task WriteAsync(SummaryReport report, string title, IEnumerable<PdfPart> parts, Stream output, CancellationToken cancellation) => PdfFile.WriteAsync(
        new(SafeText.Plain(title, 200), SafeText.Plain(report.GeneratedBy, 100), report.Generator, report.GeneratedAt,
            [.. parts, .. PdfContent.Foot(report.Parameters, report.Generator, report.GeneratedAt, report.GeneratedBy, "")]), output, cancellation);
}
