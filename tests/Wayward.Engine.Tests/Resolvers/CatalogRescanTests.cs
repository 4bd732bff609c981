using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Resolvers;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Resolvers;

public sealed class CatalogRescanTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly InstanceKey Instance = new("i-0123456789abcdef0");
    private static readonly Endpoint Added = new(IpAddress.Parse("192.88.1.1"), 6, 443);
    private readonly TempFolder _folder = new();
    private readonly TestTime _time = new(Start);
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder.Path("logs"));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton(DetectionOptions.Default);
        services.AddSingleton(new IngestOptions { Sources = [new() { Path = _folder.Path("logs") }], SettleTime = TimeSpan.Zero });
        services.AddSingleton(new CatalogStore(_folder.Path("catalog"), DetectionOptions.Default, _time));
        services.AddSingleton<Func<ResolverCatalog>>(p => () => p.GetRequiredService<ICatalogProvider>().Current);
        services.AddWaywardStorage(new StorageOptions { DataDirectory = _folder.Root });
        services.AddWaywardIngest(new ConfigurationBuilder().Build());
        services.Replace(ServiceDescriptor.Singleton<IDetectionTrigger, NoTrigger>());
        _services = services.BuildServiceProvider();
        await _services.GetRequiredService<StorageInitializer>().InitializeAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_past_of_an_added_entry_is_read_again_once_and_only_for_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var store = _services.GetRequiredService<CatalogStore>();
        await IngestAsync("one.log", Start.AddDays(-20), Start.AddDays(-19));
        Assert.Null(await CellsAsync(Added));
        var before = await CellsAsync(new Endpoint(IpAddress.Parse("8.8.8.8"), 17, 53));

        store.Import("list", CatalogFile.Parse("192.88.1.1\n", "list"));
        _time.Advance(TimeSpan.FromHours(1));
        await IngestAsync("two.log", Start.AddMinutes(10));

        var rescan = _services.GetRequiredService<CatalogRescan>();
        var result = await rescan.RunAsync("list", null, cancellation);
        Assert.Equal((1, 1, true), (result.Objects, result.Contributed, result.Complete));
        var cells = await CellsAsync(Added);
        Assert.Equal([(Start.AddDays(-20), 1L), (Start.AddDays(-19), 1L), (Start.AddMinutes(10), 1L)], cells!.Select(c => (DateTimeOffset.FromUnixTimeSeconds(c.FirstContact), c.OutAccepted.Records)));
        Assert.All(store.Additions.Single().Entries, e => Assert.Equal(0, e.AlertsFrom));
        Assert.Equal(before!.Sum(c => c.OutAccepted.Records) + 1, (await CellsAsync(new Endpoint(IpAddress.Parse("8.8.8.8"), 17, 53)))!.Sum(c => c.OutAccepted.Records));
    }

    [Fact]
    public async Task What_cannot_be_read_again_leaves_the_entries_training_and_running_again_counts_nothing_twice()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var rescan = _services.GetRequiredService<CatalogRescan>();
        var store = _services.GetRequiredService<CatalogStore>();
        await IngestAsync("one.log", Start.AddDays(-20));
        await IngestAsync("two.log", Start.AddDays(-10));
        _time.Advance(TimeSpan.FromHours(1));
        store.Import("list", CatalogFile.Parse("192.88.1.1\n", "list"));
        string away = _folder.Path("one.log.away");
        File.Move(_folder.Path("logs", "one.log"), away);

        for (int run = 0; run < 2; run++)
        {
            var result = await rescan.RunAsync("list", null, cancellation);
            Assert.Contains("one.log", Assert.Single(result.Problems), StringComparison.Ordinal);
            Assert.All(store.Additions.Single().Entries, e => Assert.NotEqual(0, e.AlertsFrom));
            Assert.Equal([1L], (await CellsAsync(Added))!.Select(c => c.OutAccepted.Records));
        }

        File.Move(away, _folder.Path("logs", "one.log"));
        Assert.True((await rescan.RunAsync("list", null, cancellation)).Complete);
        Assert.All(store.Additions.Single().Entries, e => Assert.Equal(0, e.AlertsFrom));
        Assert.Equal((0, true), ((await rescan.RunAsync("list", null, cancellation)).Objects, store.Current.FindEndpoint(Added.Address, 6, 443) is { AlertsFrom: 0 }));
        Assert.Equal([1L, 1L], (await CellsAsync(Added))!.Select(c => c.OutAccepted.Records));
        var covering = await _services.GetRequiredService<ISourceObjectStore>().CoveringAsync(0, long.MaxValue / 4, 50, cancellation);
        Assert.Equal(["one.log", "two.log"], covering.Select(r => r.Key).Order());
    }

    /// <summary>Writes a file with a DNS and an HTTPS record at each time, and ingests it as the pipeline does.</summary>
    private async Task IngestAsync(string name, params DateTimeOffset[] times)
    {
        var lines = new List<string> { "version account-id interface-id instance-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status flow-direction" };
        foreach (var time in times)
        {
            string at = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), end = time.AddSeconds(30).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            lines.Add($"5 123456789012 eni-0123456789abcdef0 {Instance.Id} 10.0.0.5 8.8.8.8 40000 53 17 1 80 {at} {end} ACCEPT OK egress");
            lines.Add($"5 123456789012 eni-0123456789abcdef0 {Instance.Id} 10.0.0.5 192.88.1.1 40001 443 6 10 2000 {at} {end} ACCEPT OK egress");
        }
        string path = _folder.Write("logs/" + name, string.Join('\n', lines) + "\n");
        File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);

        var source = _services.GetRequiredService<SourceRegistry>().All.Single();
        var cancellation = TestContext.Current.CancellationToken;
        await foreach (var batch in source.ListAsync(cancellation))
        {
            foreach (var item in batch.Where(i => i.Key == name))
            {
                var ingestor = new ObjectIngestor(_services.GetRequiredService<AddressSpace>(), FlowReadLimits.Default, null, TimeProvider.System);
                var contribution = await ingestor.ReadAsync(source, item, _services.GetRequiredService<ICatalogProvider>().Current, new ReadProgress(), cancellation);
                await _services.GetRequiredService<IContactStore>().CommitAsync([contribution], cancellation);
                return;
            }
        }
        Assert.Fail($"{path} was not offered");
    }

    private async Task<IReadOnlyList<ContactHour>?> CellsAsync(Endpoint endpoint)
    {
        var ledger = await _services.GetRequiredService<IContactStore>().ReadAsync((l, c) => l.LoadAllAsync(c), TestContext.Current.CancellationToken);
        return ledger.Instances.GetValueOrDefault(Instance)?.Pairs.GetValueOrDefault(endpoint)?.OrderBy(c => c.Hour).ToList();
    }

    private sealed class NoTrigger : IDetectionTrigger
    {
        public bool CaughtUp => true;
        public DateTimeOffset? LastRun => null;
        public void Signal()
        {
        }
    }
}
