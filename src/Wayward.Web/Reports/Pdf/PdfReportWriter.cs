using Wayward.Core.Reports;
using Wayward.Core.Text;

namespace Wayward.Web.Reports.Pdf;

/// <summary>The report as PDF: for briefings, printing and archives.</summary>
internal sealed class PdfReportWriter : IReportWriter
{
    public string Name => "pdf";
    public string Label => "PDF";
    public string MediaType => "application/pdf";
    public string Extension => "pdf";
    public int Order => 12;
    public bool Many => false;
    public bool IsBinary => true;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        var dossier = await report.Dossiers.SingleAsync(cancellation);
        string catalog = $" Resolver catalogue {dossier.Finding.CatalogVersion}, hash {dossier.Finding.CatalogHash}.";
        IReadOnlyList<PdfPart> parts = [.. PdfContent.Of(dossier, whole: true), .. PdfContent.Foot(report.Parameters, report.Generator, report.GeneratedAt, report.GeneratedBy, catalog)];
        await using var stream = output.Open();
        await PdfFile.WriteAsync(new(SafeText.Plain(dossier.Headline, 200), SafeText.Plain(report.GeneratedBy, 100), report.Generator, report.GeneratedAt, parts), stream, cancellation);
    }
}

/// <summary>Writes a document to a stream that may be written from front to back only.</summary>
internal static class PdfFile
{
    public static async Task WriteAsync(PdfDocumentPlan plan, Stream output, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await Task.Run(() => PdfLayout.Write(plan, PdfFonts.Set(), buffer), cancellation);
        await output.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellation);
    }
}
