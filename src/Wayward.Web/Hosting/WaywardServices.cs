using Wayward.Core.Resolvers;
using Wayward.Engine;
using Wayward.Engine.Detection;
using Wayward.Engine.Resolvers;
using Wayward.Storage;
using Wayward.Web.Bundles;
using Wayward.Web.Reports;
using Wayward.Web.Reports.Pdf;
using Wayward.Web.Reports.Summaries;

namespace Wayward.Web.Hosting;

internal static class WaywardServices
{
    /// <summary>What the server and the commands that work on a store have in common.</summary>
    public static IServiceCollection AddWaywardCore(this IServiceCollection services, ServeOptions options, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options.Hosting);
        services.AddSingleton(options.Detection);
        services.AddSingleton(options.Ingest);
        services.AddSingleton(new LocalPerson(options.Desk));
        services.AddSingleton<ICurrentAnalyst, CommandAnalyst>();
        PdfFonts.Use(options.Reports);
        services.AddSingleton(options.Checkpoints);
        services.AddSingleton(options.Catalog);
        services.AddSingleton(options.Retention);
        services.AddSingleton(options.Inventory);
        services.AddSingleton(p => new CatalogStore(options.CatalogFolder, options.Detection, p.GetRequiredService<TimeProvider>()));
        services.AddWaywardStorage(options.Storage);
        services.AddWaywardIngest(configuration, options.Hosting.Role);
        services.AddSingleton<DossierService>();
        services.AddSingleton<ReportService>();
        services.AddSingleton<IncidentViews>();
        services.AddSingleton<SummaryService>();
        services.AddSingleton<BundleService>();
        return services;
    }
}
