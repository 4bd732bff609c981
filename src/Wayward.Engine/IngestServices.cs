using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Evidence;
using Wayward.Engine.Incidents;
using Wayward.Engine.Inventories;
using Wayward.Engine.Loops;
using Wayward.Engine.Notifications;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Resolvers;
using Wayward.Engine.Sources;
using Wayward.Engine.Sources.Aws;
using Wayward.Engine.Triage;
using Wayward.Storage;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Engine;

public static class IngestServices
{
    /// <summary>
    /// Everything from source to finding, and the analyst's verbs. Needs the stores of <c>Wayward.Storage</c>. What the caller registered before is kept: <see cref="IngestOptions"/>,
    /// <see cref="DetectionOptions"/>, <see cref="ICatalogProvider"/>, <see cref="AddressSpace"/>, <see cref="FlowReadLimits"/>, <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="role">What runs by itself; what can be called is the same in every role.</param>
    /// <exception cref="OptionsValidationException">All errors of the section <c>Ingest</c>, each naming its key.</exception>
    public static IServiceCollection AddWaywardIngest(this IServiceCollection services, IConfiguration configuration, ProcessRole role = ProcessRole.All)
    {
        if (!services.Any(s => s.ServiceType == typeof(IngestOptions)))
        {
            var options = configuration.GetSection(IngestOptions.Section).Get<IngestOptions>() ?? new IngestOptions();
            if (options.Validate() is { Count: > 0 } errors) throw new OptionsValidationException(IngestOptions.Section, typeof(IngestOptions), errors);
            services.AddSingleton(options);
        }
        if (!services.Any(s => s.ServiceType == typeof(DetectionOptions)))
            services.AddSingleton(configuration.GetSection(DetectionOptions.Section).Get<DetectionOptions>() ?? DetectionOptions.Default);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(FlowReadLimits.Default);
        services.TryAddSingleton(new CatalogOptions());
        services.TryAddSingleton<ICatalogProvider>(p => p.GetService<CatalogStore>() is { } store ? store : new FixedCatalogProvider(ResolverCatalog.Shipped));
        if (services.Any(s => s.ServiceType == typeof(CatalogStore)))
        {
            services.TryAddSingleton(_ => new CatalogFetcher(CatalogFetcher.NewClient()));
            services.AddSingleton<CatalogRescan>();
            services.AddHostedService<CatalogWatch>();
        }
        services.TryAddSingleton(new InventoryOptions());
        services.TryAddSingleton(AwsClientSettings.Default);
        services.AddSingleton(p => new InventoryStore(p.GetRequiredService<InventoryOptions>(), Path.Combine(p.GetRequiredService<StorageOptions>().DataDirectory, "inventory"), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IInventoryProvider>(p => p.GetRequiredService<InventoryStore>());
        services.AddSingleton<IHistoryReader, HistoryReader>();
        if (services.Any(s => s.ServiceType == typeof(InventoryOptions) && s.ImplementationInstance is InventoryOptions { IsEmpty: false })) services.AddHostedService<InventoryWatch>();
        services.TryAddSingleton(p => new AddressSpace(p.GetRequiredService<DetectionOptions>().OwnPrefixes.Select(IpPrefix.Parse)));

        services.TryAddSingleton<LoopHealth>();
        services.AddSingleton(p => SourceRegistry.Create(p.GetRequiredService<IngestOptions>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IChangeNotifier>(p => new ChangeNotifier(
            p.GetRequiredService<IngestOptions>().NotifyInterval, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<ChangeNotifier>>()));
        services.AddSingleton<BlindnessGauge>();
        services.AddSingleton<DetectionService>();
        services.AddSingleton<IDetectionService>(p => new ElectedDetection(
            p.GetRequiredService<DetectionService>(), p.GetRequiredService<IDetectorRole>(), p.GetRequiredService<IFindingStore>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<ElectedDetection>>()));
        services.AddSingleton<BackTestService>();
        services.AddSingleton<IAcceptedContactReader, AcceptedContactReader>();
        services.AddSingleton<ILearnedContactReader, LearnedContactReader>();
        services.AddSingleton<DetectionLoop>();
        services.AddSingleton<IDetectionTrigger>(p => role == ProcessRole.Web ? new NothingEvaluatesHere() : p.GetRequiredService<DetectionLoop>());
        services.AddSingleton<IngestPipeline>();
        services.AddSingleton<IIngestControl>(p => p.GetRequiredService<IngestPipeline>());
        services.AddSingleton<ITriageService, TriageService>();
        services.AddSingleton<IIncidentService, IncidentService>();
        services.AddSingleton<IEvidenceReader, EvidenceReader>();
        if (role != ProcessRole.Ingest) services.AddHostedService<ChangeWatch>();
        if (role == ProcessRole.Web) return services;
        services.AddHostedService<DetectorElection>();
        services.AddHostedService(p => p.GetRequiredService<DetectionLoop>());
        services.AddHostedService<IngestService>();
        return services;
    }
}
