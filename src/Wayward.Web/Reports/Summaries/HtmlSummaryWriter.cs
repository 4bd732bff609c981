using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Core.Reports;
using Wayward.Web.Reports.Html;

namespace Wayward.Web.Reports.Summaries;

/// <summary>One HTML file that opens offline and prints on A4 and Letter, like the report of a finding.</summary>
internal sealed class HtmlSummaryWriter : ISummaryWriter
{
    // The components take everything from their parameters.
    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    public string Name => "html";
    public string Label => "HTML";
    public string MediaType => "text/html; charset=utf-8";
    public string Extension => "html";
    public int Order => 10;

    public Task WriteAsync(IncidentReport report, Stream output, CancellationToken cancellation) => WriteAsync<IncidentHtml>(report, output, cancellation);

    public Task WriteAsync(PeriodReport report, Stream output, CancellationToken cancellation) => WriteAsync<PeriodHtml>(report, output, cancellation);

    private static async Task WriteAsync<T>(SummaryReport report, Stream output, CancellationToken cancellation) where T : IComponent
    {
        await using var renderer = new HtmlRenderer(NoServices, NullLoggerFactory.Instance);
        string html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["Report"] = report }))).ToHtmlString());
        await output.WriteAsync(Encoding.UTF8.GetBytes(html), cancellation);
    }
}
