using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine;
using Wayward.Engine.Pipeline;
using Wayward.EngineHost;
using Wayward.Storage;

// Everything from source to finding without the web: what the reliability harnesses start, stop and kill.
//   --data DIR  --postgres CONNECTION  --until-idle  --bug NAME  --hold N:MS (wait before the Nth commit)  --hold-evaluations MS (wait before each is stored)  and any setting as Key=Value, the last of each key, such as Ingest:Sources:0:Path=/logs
string data = Value("--data") ?? throw new ArgumentException("--data DIR is needed");
var settings = args.Where(a => a.Contains('=', StringComparison.Ordinal)).Select(a => a.Split('=', 2))
    .GroupBy(p => p[0]).Select(g => new KeyValuePair<string, string?>(g.Key, g.Last()[1]));
var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
builder.Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
builder.Services.AddWaywardStorage(Value("--postgres") is { } server
    ? new StorageOptions { DataDirectory = data, Provider = StorageProvider.PostgreSql, ConnectionString = server }
    : new StorageOptions { DataDirectory = data });
builder.Services.AddWaywardIngest(configuration);
// Within a planted bug, so that the bug has struck when something waits here.
PlantedBug.HoldEvaluations(builder.Services, Value("--hold-evaluations"));
PlantedBug.Plant(builder.Services, Value("--bug"), data);
PlantedBug.Announce(builder.Services, Value("--hold"));
using var host = builder.Build();
await host.Services.GetRequiredService<StorageInitializer>().InitializeAsync(CancellationToken.None);
await host.StartAsync();
Console.WriteLine("started");
if (args.Contains("--until-idle"))
{
    await host.Services.GetRequiredService<IIngestControl>().WhenIdleAsync(CancellationToken.None);
    Console.WriteLine("idle");
    await host.StopAsync();
}
else await host.WaitForShutdownAsync();
Console.WriteLine("stopped");

string? Value(string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;
