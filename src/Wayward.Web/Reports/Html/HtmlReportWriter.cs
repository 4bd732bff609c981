using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Core.Reports;

namespace Wayward.Web.Reports.Html;

/// <summary>
/// The report as one HTML file that opens offline and prints on A4 and Letter: no script, nothing loaded, all times UTC. It is rendered from components, so every text is encoded.
/// </summary>
internal sealed class HtmlReportWriter : IReportWriter
{
    // The report's components take everything from their parameters.
    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    public string Name => "html";
    public string Label => "HTML";
    public string MediaType => "text/html; charset=utf-8";
    public string Extension => "html";
    public int Order => 10;
    public bool Viewable => true;
    public bool Many => false;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        var dossier = await report.Dossiers.SingleAsync(cancellation);
        await using var renderer = new HtmlRenderer(NoServices, NullLoggerFactory.Instance);
        string html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(HtmlReport.Report)] = report.Of(dossier) });
            return (await renderer.RenderComponentAsync<HtmlReport>(parameters)).ToHtmlString();
        });
        await using var stream = output.Open();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(html), cancellation);
    }
}
