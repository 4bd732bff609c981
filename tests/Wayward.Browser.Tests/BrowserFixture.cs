using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Pipeline;
using Wayward.Testing;
using Wayward.Web.Hosting;

namespace Wayward.Browser.Tests;

/// <summary>The program's own server on a free loopback port with a folder of logs, as an analyst would run it.</summary>
internal sealed class BrowserFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private WebApplication _app;
    private KeyValuePair<string, string?>[] _settings = [];
    private bool _open;

    private BrowserFixture(WebApplication app, DirectoryInfo folder) => (_app, _folder) = (app, folder);

    public string Url => _app.Urls.Single();
    public IServiceProvider Services => _app.Services;
    public string DatabaseFile => Path.Combine(_folder.FullName, "data", "wayward.db");
    private string Logs => Path.Combine(_folder.FullName, "logs");

    public static Task<BrowserFixture> StartAsync(params (string Name, byte[] Content)[] logs) => StartAsync([], logs);

    /// <param name="settings">Configuration beside the fixture's own.</param>
    public static Task<BrowserFixture> StartAsync(KeyValuePair<string, string?>[] settings, params (string Name, byte[] Content)[] logs) => StartAsync(true, settings, logs);

    /// <param name="open">False: people sign in as the settings say, as with <c>serve</c>; true: nobody does, as with <c>demo</c>.</param>
    public static async Task<BrowserFixture> StartAsync(bool open, KeyValuePair<string, string?>[] settings, params (string Name, byte[] Content)[] logs)
    {
        var folder = Directory.CreateTempSubdirectory("wayward-browser-test-");
        string source = Directory.CreateDirectory(Path.Combine(folder.FullName, "logs")).FullName;
        foreach (var (name, content) in logs) await File.WriteAllBytesAsync(Path.Combine(source, name), content);
        var app = await StartAsync(folder, "http://127.0.0.1:0", open, settings);
        var fixture = new BrowserFixture(app, folder) { _settings = settings, _open = open };
        await fixture.IdleAsync();
        return fixture;
    }

    private static async Task<WebApplication> StartAsync(DirectoryInfo folder, string url, bool open, KeyValuePair<string, string?>[] settings)
    {
        var app = WaywardHost.Build(new ServeRequest
        {
            Urls = url,
            Open = open,
            DataDirectory = Path.Combine(folder.FullName, "data"),
            Sources = [Path.Combine(folder.FullName, "logs")],
            WorkingDirectory = folder.FullName,
            Settings = [new("Desk:Analyst", "Test Analyst"), new("Ingest:SettleTime", "00:00:00"), new("Ingest:PollInterval", "00:00:00.2"), .. settings],
        }, builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        return app;
    }

    /// <summary>The program ends and starts again at the same address, on the same data.</summary>
    public async Task RestartAsync()
    {
        string url = Url;
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = await StartAsync(_folder, url, _open, _settings);
        await IdleAsync();
    }

    /// <summary>The program ends while windows are open.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    /// <summary>Everything delivered is read and evaluated.</summary>
    public Task IdleAsync() => _app.Services.GetRequiredService<IIngestControl>().WhenIdleAsync(CancellationToken.None);

    /// <summary>A file arrives while the program runs: written beside and moved in, as a careful sender does.</summary>
    public async Task DropAsync(string name, byte[] content)
    {
        string beside = Path.Combine(_folder.FullName, name);
        await File.WriteAllBytesAsync(beside, content);
        File.Move(beside, Path.Combine(Logs, name));
    }

    /// <summary>A world as one flow-log file.</summary>
    public static byte[] Log(IEnumerable<FlowLine> lines)
    {
        var text = new StringBuilder(FlowLine.Header(LineFormat.V11)).Append('\n');
        foreach (var line in lines) text.Append(line.ToText(LineFormat.V11)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Three servers of twenty days that ask Quad9; two of them begin with Google on day 12 and 13: siblings.</summary>
    public static World Fleet()
    {
        var world = new World(20);
        foreach (string name in new[] { "web-1", "web-2", "db-1" }) world.Instance(name).InSubnet("subnet-" + name).Asks("9.9.9.9").Every(0.5, 0.1);
        world.Instance("web-1").Asks("8.8.8.8").Every(0.25, 12.3);
        world.Instance("web-2").Asks("8.8.8.8").Every(0.25, 13.3);
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A leftover folder in the temporary directory is not worth a red test.
        }
    }
}
