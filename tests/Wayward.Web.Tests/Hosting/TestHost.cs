using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Pipeline;
using Wayward.Storage.Findings;
using Wayward.Web.Access;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

/// <summary>The program's own server on a free loopback port, with a data folder of its own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private TestHost(WebApplication app, DirectoryInfo folder)
    {
        App = app;
        _folder = folder;
        Url = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All, CookieContainer = Cookies }) { BaseAddress = Url };
        Anonymous = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url };
    }

    public WebApplication App { get; }
    public Uri Url { get; }
    public CookieContainer Cookies { get; } = new();
    /// <summary>Has signed in by a link of the program, where links are the way to sign in.</summary>
    public HttpClient Client { get; }
    public HttpClient Anonymous { get; }
    public string Data => Path.Combine(_folder.FullName, "data");
    public string Source => Path.Combine(_folder.FullName, "logs");
    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    public static Task<TestHost> StartAsync(Action<string>? fillSource = null, params (string Key, string Value)[] settings) => StartWithAsync(null, fillSource, settings);

    /// <param name="services">Replaces services of the program.</param>
    public static async Task<TestHost> StartWithAsync(Action<IServiceCollection>? services, Action<string>? fillSource = null, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("wayward-host-test-");
        string source = Directory.CreateDirectory(Path.Combine(folder.FullName, "logs")).FullName;
        fillSource?.Invoke(source);
        var app = WaywardHost.Build(new ServeRequest
        {
            Urls = "http://127.0.0.1:0",
            DataDirectory = Path.Combine(folder.FullName, "data"),
            Sources = [source],
            WorkingDirectory = folder.FullName,
            Settings = [new("Desk:Analyst", "Test Analyst"), new("Ingest:SettleTime", "00:00:00"), new("Ingest:PollInterval", "00:00:00.2"), .. settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))],
        }, builder =>
        {
            builder.Logging.ClearProviders();
            services?.Invoke(builder.Services);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var host = new TestHost(app, folder);
        if (app.Services.GetRequiredService<ServeOptions>().SignIn == SignInKind.Link) await host.SignInAsync(host.Client);
        return host;
    }

    /// <summary>Follows a fresh link with this client, which keeps the cookie.</summary>
    public Task<HttpResponseMessage> SignInAsync(HttpClient client) => SignInAsync(App, client);

    public static async Task<HttpResponseMessage> SignInAsync(WebApplication app, HttpClient client)
    {
        string token = await app.Services.GetRequiredService<SignInLinks>().CreateAsync(TestContext.Current.CancellationToken);
        return await client.GetAsync(new Uri(SignInLinks.Address(app.Urls.First(), token)), TestContext.Current.CancellationToken);
    }

    /// <summary>All findings once everything in the source is read and evaluated.</summary>
    public async Task<IReadOnlyList<FindingRow>> FindingsAsync(int atLeast)
    {
        var cancellation = TestContext.Current.CancellationToken;
        for (int i = 0; ; i++)
        {
            await Get<IIngestControl>().WhenIdleAsync(cancellation);
            var page = await Get<IFindingStore>().QueryAsync(new FindingQuery { Statuses = [], IncludeUnreported = true, Take = 500 }, cancellation);
            if (page.Rows.Count >= atLeast || i == 300) return page.Rows;
            await Task.Delay(100, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Anonymous.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
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
