using Wayward.Core.Detection;
using Wayward.Engine;
using Wayward.Engine.Inventories;
using Wayward.Engine.Resolvers;
using Wayward.Storage;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Audit;
using Wayward.Web.Access;
using Wayward.Web.Audit;
using Wayward.Web.Configuration;
using Wayward.Web.Reports.Pdf;

namespace Wayward.Web.Hosting;

/// <summary>All options of the server, read and checked together.</summary>
internal sealed record ServeOptions
{
    public required HostingOptions Hosting { get; init; }
    public required DeskOptions Desk { get; init; }
    public ReportsOptions Reports { get; init; } = new();
    public required AccessOptions Access { get; init; }
    public required AuditOptions Audit { get; init; }
    public required AuditCheckpoints Checkpoints { get; init; }
    public required SignInKind SignIn { get; init; }
    public required StorageOptions Storage { get; init; }
    public required DetectionOptions Detection { get; init; }
    public required IngestOptions Ingest { get; init; }
    public required CatalogOptions Catalog { get; init; }
    public required InventoryOptions Inventory { get; init; }
    public required RetentionOptions Retention { get; init; }
    public required IReadOnlyList<string> Urls { get; init; }

    public string CatalogFolder => Catalog.Folder ?? Path.Combine(Storage.DataDirectory, "catalog");

    /// <exception cref="Commands.UsageException">All errors at once.</exception>
    public static ServeOptions Read(IConfiguration configuration, ServeRequest request)
    {
        var reader = new OptionsReader(configuration);
        if (configuration is IConfigurationRoot root) OptionSections.Check(reader, root);
        var hosting = reader.Read<HostingOptions>(HostingOptions.Section, o => o.Validate());
        var desk = reader.Read<DeskOptions>(DeskOptions.Section, o => o.Validate());
        var reports = reader.Read<ReportsOptions>(ReportsOptions.Section, o => o.Validate());
        var access = reader.Read<AccessOptions>(AccessOptions.Section, o => o.Validate());
        var audit = reader.Read<AuditOptions>(AuditOptions.Section, o => o.Validate());
        var storage = reader.Read<StorageOptions>(StorageOptions.Section, o => o.Validate());
        if (storage.Provider == StorageProvider.Sqlite && hosting.Role != ProcessRole.All)
            reader.Add($"{HostingOptions.Section}:{nameof(HostingOptions.Role)} (--role) is {hosting.Role}, but a SQLite database is one process's, which does everything; roles need {StorageOptions.Section}:{nameof(StorageOptions.Provider)}={StorageProvider.PostgreSql}");
        var detection = DetectionSettings.Read(reader, configuration);
        var ingest = reader.Read<IngestOptions>(IngestOptions.Section);
        ingest = ingest with { Sources = [.. ingest.Sources, .. request.Sources.Select(path => SourceOf(path, request.WorkingDirectory))] };
        foreach (string error in ingest.Validate()) reader.Add(error);
        var catalog = reader.Read<CatalogOptions>(CatalogOptions.Section, o => o.Validate());

        var inventory = reader.Read<InventoryOptions>(InventoryOptions.Section, o => o.Validate());
        var retention = reader.Read<RetentionOptions>(RetentionOptions.Section, o => o.Validate(detection.HistoryWindow));

        var (urls, urlErrors) = ListenAddresses.Parse(request.Urls ?? configuration["urls"] ?? hosting.Urls);
        foreach (string error in urlErrors) reader.Add(error);
        // Kestrel's own section would override the addresses evaluated here.
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any()) reader.Add("Kestrel:Endpoints is not supported: give addresses with --urls");
        CheckExposure(reader, configuration, request, hosting, access, urls);
        reader.ThrowIfAny();
        string dataFolder = Path.GetFullPath(storage.DataDirectory, Path.GetFullPath(request.WorkingDirectory));
        return new()
        {
            Hosting = hosting,
            Desk = desk,
            Reports = reports,
            Access = access,
            SignIn = request.Open ? SignInKind.Open : access.SignIn switch { SignInMode.Header => SignInKind.Header, SignInMode.Oidc => SignInKind.Oidc, _ => SignInKind.Link },
            Audit = audit,
            Checkpoints = audit.In(dataFolder, request.WorkingDirectory),
            Storage = storage with { DataDirectory = dataFolder },
            Detection = detection,
            Ingest = ingest,
            Catalog = catalog with { Folder = catalog.Folder is { } folder ? Path.GetFullPath(folder, Path.GetFullPath(request.WorkingDirectory)) : null },
            Inventory = inventory with { Files = [.. inventory.Files.Select(f => Path.GetFullPath(f, Path.GetFullPath(request.WorkingDirectory)))] },
            Retention = retention,
            Urls = urls,
        };
    }

    /// <summary>A server that other machines can reach needs a sign-in that was chosen for it.</summary>
    private static void CheckExposure(OptionsReader reader, IConfiguration configuration, ServeRequest request, HostingOptions hosting, AccessOptions access, IReadOnlyList<string> urls)
    {
        if (bool.TryParse(configuration["ForwardedHeaders_Enabled"], out bool everyone) && everyone)
            reader.Add($"ASPNETCORE_FORWARDEDHEADERS_ENABLED believes every sender: remove it and name the proxies in {AccessOptions.Section}:{nameof(AccessOptions.KnownProxies)}");
        foreach (string url in urls.Where(u => !ListenAddresses.IsLoopback(u)))
        {
            if (request.Open) reader.Add($"--urls {url}: the demo has no sign-in, so it listens on this machine only: use 127.0.0.1, [::1] or localhost");
            else if (access.SignIn is null or SignInMode.Link && !hosting.AllowRemote)
                reader.Add($"--urls {url}: other machines could reach it, and no sign-in for several people is set. Set {AccessOptions.Section}:{nameof(AccessOptions.SignIn)} to {SignInMode.Oidc} or {SignInMode.Header} (docs/security.md), use 127.0.0.1, [::1] or localhost, "
                    + "or add --allow-remote where only this machine can reach the address, as in a container: the link that the program prints is then the sign-in.");
            else if (access.SignIn == SignInMode.Oidc && url.StartsWith("http:", StringComparison.OrdinalIgnoreCase) && access.KnownProxies.Count == 0)
                reader.Add($"--urls {url}: sign-in by {SignInMode.Oidc} over plain http would show codes and cookies to the network. Listen on https, or name the proxy that ends TLS in {AccessOptions.Section}:{nameof(AccessOptions.KnownProxies)}");
        }
    }

    private static SourceOptions SourceOf(string path, string workingDirectory) =>
        new() { Path = path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path, Path.GetFullPath(workingDirectory)) };
}
