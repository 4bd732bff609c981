using Microsoft.Extensions.Hosting;

namespace Wayward.Engine.Pipeline;

/// <summary>Runs the pipeline for the life of the host.</summary>
internal sealed class IngestService(IngestPipeline pipeline) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => pipeline.RunAsync(stoppingToken);
}
