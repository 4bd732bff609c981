using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using MudBlazor.Services;
using Wayward.Engine;
using Wayward.Web.Access;
using Wayward.Web.Api;
using Wayward.Web.Audit;
using Wayward.Web.Components;
using Wayward.Web.Configuration;
using Wayward.Web.Reports;
using Wayward.Web.Reports.Summaries;

namespace Wayward.Web.Hosting;

/// <summary>Builds the server: options checked first and all at once, then services, then the pipeline.</summary>
internal static class WaywardHost
{
    /// <summary>Builds everything up to, but not including, listening.</summary>
    /// <param name="customize">For tests and for <c>demo</c>: further services, before the host is built.</param>
    /// <exception cref="Commands.UsageException">Options or addresses are wrong.</exception>
    public static WebApplication Build(ServeRequest request, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Named, not guessed from the entry assembly, so that the web assets of this assembly are found when a test starts the host.
            ApplicationName = typeof(WaywardHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.Sources.Clear();
        AppConfiguration.AddSources(builder.Configuration, request.WorkingDirectory, request.AllSettings());

        var options = ServeOptions.Read(builder.Configuration, request);
        DataFolder.Create(options.Storage.DataDirectory);
        builder.WebHost.UseUrls([.. options.Urls]);
        // Without this, assets of packages and of the framework are found only in Development or after a publish.
        builder.WebHost.UseStaticWebAssets();
        AddServices(builder, options);
        customize?.Invoke(builder);

        var app = builder.Build();
        UsePipeline(app, options);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder, ServeOptions options)
    {
        builder.Logging.AddConsole(console => console.FormatterName = LineFormatter.Name).AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        var services = builder.Services;
        services.AddWaywardCore(options, builder.Configuration);
        services.AddSingleton(options);
        // A process without pages has nobody to let in.
        if (options.Hosting.Role != ProcessRole.Ingest) services.AddWaywardAccess(options);
        services.AddSingleton(new HostExposure(options.Urls, options.SignIn));
        services.AddSingleton<CircuitLimit>();
        services.AddHostedService<StorageStartup>();
        services.AddHostedService<StorageCare>();
        services.AddHostedService<MemoryRelease>();
        services.AddSingleton(options.Audit);
        services.AddHostedService<AuditAnchor>();

        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Hosting.ShutdownTimeout);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        services.AddDataProtection()
            .SetApplicationName("wayward")
            .PersistKeysToFileSystem(DataFolder.Create(Path.Combine(options.Storage.DataDirectory, "keys")));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "wayward-antiforgery";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        var checks = services.AddHealthChecks()
            .AddCheck<StorageHealthCheck>("storage", tags: [HealthEndpoints.Ready])
            .AddCheck<LoopsHealthCheck>("loops", tags: [HealthEndpoints.Ready])
            .AddCheck<CatalogHealthCheck>("catalog", tags: [HealthEndpoints.Ready])
            .AddCheck<InventoryHealthCheck>("inventory", tags: [HealthEndpoints.Ready])
            .AddCheck<BlindnessHealthCheck>("blindness", tags: [HealthEndpoints.Ready]);
        // A process that only shows pages reads no source.
        if (options.Hosting.Role != ProcessRole.Web) checks.AddCheck<SourcesHealthCheck>("sources", tags: [HealthEndpoints.Ready]);
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomCenter;
            mud.SnackbarConfiguration.PreventDuplicates = false;
            mud.SnackbarConfiguration.HideTransitionDuration = 150;
            mud.SnackbarConfiguration.ShowTransitionDuration = 150;
        });
        services.AddWaywardComponents();
        services.AddRazorComponents().AddInteractiveServerComponents(circuit =>
        {
            circuit.DetailedErrors = builder.Environment.IsDevelopment();
            circuit.DisconnectedCircuitRetentionPeriod = options.Hosting.CircuitRetention;
            circuit.DisconnectedCircuitMaxRetained = Math.Min(100, options.Hosting.MaxCircuits);
            circuit.JSInteropDefaultCallTimeout = TimeSpan.FromSeconds(30);
        });
        services.AddScoped<Microsoft.AspNetCore.Components.Server.Circuits.CircuitHandler, CircuitLimitHandler>();
    }

    private static void UsePipeline(WebApplication app, ServeOptions options)
    {
        app.UsePeerAddress();
        if (options.Access.KnownProxies.Count > 0) app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseRequestGuard(new RequestGuard(options.Hosting, options.Urls));
        app.UseExceptionHandler(ErrorPage.Handle);
        if (options.Hosting.Role == ProcessRole.Ingest)
        {
            app.MapHealth();
            return;
        }
        app.UseCircuitLimit(app.Services.GetRequiredService<CircuitLimit>());
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseWaywardAccess();
        app.UseUnknownPages();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapHealth();
        app.MapSignIn(options);
        app.MapAudit();
        app.MapReports();
        app.MapSummaries();
        app.MapFindingsApi();
        app.MapLearnedApi();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(render =>
        {
            // The policy of SecurityHeaders says it; a second header would only be one more to keep in step.
            render.ContentSecurityFrameAncestorsPolicy = null;
        });
    }
}
