using Wayward.Core.Reports;
using Wayward.Core.Reports.Contracts;

namespace Wayward.Web.Reports.Summaries;

/// <summary>For programs: schemas <see cref="IncidentDocument.SchemaId"/> and <see cref="PeriodDocument.SchemaId"/>.</summary>
internal sealed class JsonSummaryWriter : ISummaryWriter
{
    public string Name => "json";
    public string Label => "JSON";
    public string MediaType => "application/json; charset=utf-8";
    public string Extension => "json";
    public int Order => 20;

    public async Task WriteAsync(IncidentReport report, Stream output, CancellationToken cancellation) =>
        await output.WriteAsync(CoreContracts.Incident.Bytes(IncidentDocument.Of(report)), cancellation);

    public async Task WriteAsync(PeriodReport report, Stream output, CancellationToken cancellation) =>
        await output.WriteAsync(CoreContracts.Period.Bytes(PeriodDocument.Of(report)), cancellation);
}
