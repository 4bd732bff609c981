using Wayward.Storage;
using Wayward.Web.Configuration;
using Wayward.Web.Hosting;

namespace Wayward.Web.Commands;

/// <summary>Opens the store of a data directory for a command that needs no server: same options, same services, nothing listening and nothing ingested.</summary>
internal static class StoreAccess
{
    /// <exception cref="InputException">There is no store in that folder.</exception>
    /// <exception cref="UsageException">Options are wrong.</exception>
    public static async Task<ServiceProvider> OpenAsync(CommandContext context, string? dataDirectory, CancellationToken cancellation, IReadOnlyList<string>? sources = null)
    {
        var request = new ServeRequest { DataDirectory = dataDirectory, Sources = sources ?? [], Settings = context.Settings, WorkingDirectory = context.WorkingDirectory };
        var configuration = AppConfiguration.Build(context.WorkingDirectory, request.AllSettings());
        var options = ServeOptions.Read(configuration, request);
        if (options.Storage.Provider == StorageProvider.Sqlite && !File.Exists(options.Storage.SqlitePath))
            throw new InputException($"there is no database in {options.Storage.DataDirectory}; name its folder with --data");
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddWaywardCore(options, configuration);
        var provider = services.BuildServiceProvider();
        try
        {
            await provider.GetRequiredService<StorageInitializer>().InitializeAsync(cancellation, existing: true);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }
}
