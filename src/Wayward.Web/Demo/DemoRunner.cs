using Wayward.Engine.Pipeline;
using Wayward.Web.Commands;
using Wayward.Web.Hosting;

namespace Wayward.Web.Demo;

/// <summary>Writes the demo's flow logs, lets the ordinary server ingest them, and serves until it is told to stop.</summary>
internal sealed class DemoRunner(CommandContext context, string? dataDirectory, string? urls)
{
    /// <summary>The demo's files are whole when the source first looks, and log lines would tear the progress bar.</summary>
    private static readonly KeyValuePair<string, string?>[] Settings = [new("Ingest:SettleTime", "00:00:00"), new("Logging:LogLevel:Default", "Warning")];
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        string folder = dataDirectory is null
            ? Directory.CreateTempSubdirectory("wayward-demo-").FullName
            : DataFolder.Create(Path.GetFullPath(dataDirectory, Path.GetFullPath(context.WorkingDirectory))).FullName;
        try
        {
            string logs = DataFolder.Create(Path.Combine(folder, "logs")).FullName;
            var request = new ServeRequest
            {
                DataDirectory = Path.Combine(folder, "state"),
                Sources = [logs],
                Urls = urls,
                Open = true,
                Settings = [.. Settings, .. context.Settings],
                WorkingDirectory = context.WorkingDirectory,
            };
                // Built first: a wrong option should not cost the time of writing the logs.
            await using var app = WaywardHost.Build(request, builder => builder.Services.AddSingleton<TimeProvider>(new DemoClock()));
            return await ServeRunner.RunAsync(app, context, cancellation, before: stop => WriteAsync(logs, stop), ready: stop => IngestedAsync(app, stop));
        }
        finally
        {
            if (dataDirectory is null) Remove(folder);
        }
    }

    private Task WriteAsync(string logs, CancellationToken cancellation) =>
        DemoProgress.RunAsync(context, "Writing 60 days of flow logs", progress => Task.Run(() => DemoLog.WriteTo(logs, done => progress(done, DemoLog.Count), cancellation), cancellation));

    private Task IngestedAsync(WebApplication app, CancellationToken cancellation) =>
        DemoProgress.RunAsync(context, "Ingesting and evaluating", async progress =>
        {
            var ingest = app.Services.GetRequiredService<IIngestControl>();
            var idle = ingest.WhenIdleAsync(cancellation);
            while (await Task.WhenAny(idle, Task.Delay(ProgressInterval, cancellation)) != idle)
                progress(ingest.Progress.Done, DemoLog.Count);
            await idle;
            progress(DemoLog.Count, DemoLog.Count);
        });

    private void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"wayward: {folder} could not be removed: {e.Message}");
        }
    }
}
