using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Wayward.Core.Detection;
using Wayward.Storage.Access;
using Wayward.Storage.Audit;
using Wayward.Storage.Contacts;
using Wayward.Storage.Expected;
using Wayward.Storage.Exports;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Storage.GuardDuty;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;
using Wayward.Storage.PostgreSql;
using Wayward.Storage.Sqlite;

namespace Wayward.Storage;

public static class StorageServices
{
    /// <summary>
    /// Registers every store as a singleton. <see cref="DetectionOptions"/> and <see cref="TimeProvider"/> are taken from the container where they are registered, else the defaults serve.
    /// Run <see cref="StorageInitializer.InitializeAsync"/> before anything else.
    /// </summary>
    public static IServiceCollection AddWaywardStorage(this IServiceCollection services, StorageOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IStorageDialect>(_ => DialectOf(options));
        services.AddPooledDbContextFactory<WaywardDbContext>((provider, builder) => provider.GetRequiredService<IStorageDialect>().Configure(builder));
        services.AddSingleton<StorageDamage>();
        services.AddSingleton<Database>();
        services.AddSingleton<StorageInitializer>(p => new(p.GetRequiredService<IDbContextFactory<WaywardDbContext>>(), p.GetRequiredService<IStorageDialect>(), options, DetectionOf(p)));
        services.AddSingleton<IStorageMaintenance>(p => new StorageMaintenance(p.GetRequiredService<Database>()));
        services.AddSingleton(p => new CanonicalDump(p.GetRequiredService<Database>()));
        services.AddSingleton<IContactStore>(p => new ContactStore(p.GetRequiredService<Database>(), DetectionOf(p)));
        services.AddSingleton<ISourceObjectStore>(p => new SourceObjectStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IBackfillStore>(p => new BackfillStore(p.GetRequiredService<Database>()));
        services.AddSingleton<ISourceDirectory>(p => new SourceDirectory(p.GetRequiredService<Database>()));
        services.AddSingleton<IDetectionStateStore>(p => new DetectionStateStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IDetectorRole>(p => new DetectorRole(p.GetRequiredService<Database>()));
        services.AddSingleton<IFindingStore>(p => new FindingStore(p.GetRequiredService<Database>(), FindingText.Why));
        services.AddSingleton<IIncidentStore>(p => new IncidentStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IPeriodStore>(p => new PeriodStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IGuardDutyStore>(p => new GuardDutyStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IExportStreamStore>(p => new ExportStreamStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IExpectedTargetStore>(p => new ExpectedTargetStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IAuditStore>(p => new AuditStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IAccessStore>(p => new AccessStore(p.GetRequiredService<Database>()));
        services.AddSingleton<IInstanceStore>(p => new InstanceStore(p.GetRequiredService<Database>(), DetectionOf(p)));
        return services;
    }

    private static DetectionOptions DetectionOf(IServiceProvider provider) => provider.GetService<DetectionOptions>() ?? DetectionOptions.Default;

    internal static IStorageDialect DialectOf(StorageOptions options) => options.Provider switch
    {
        StorageProvider.Sqlite => new SqliteDialect(options),
        StorageProvider.PostgreSql => new PostgreSqlDialect(options),
        _ => throw new NotSupportedException($"There is no dialect for Storage:Provider '{options.Provider}'."),
    };

    /// <summary>For design-time tools: options as the program itself would build them.</summary>
    public static DbContextOptions<WaywardDbContext> DesignTimeOptions(StorageOptions options)
    {
        var builder = new DbContextOptionsBuilder<WaywardDbContext>();
        DialectOf(options).Configure(builder);
        return builder.Options;
    }
}
