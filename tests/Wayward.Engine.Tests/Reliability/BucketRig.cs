using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>A fake bucket of small objects, and stores that begin as copies of one migrated file.</summary>
internal sealed class BucketRig : IAsyncDisposable
{
    public const string Bucket = "logs";
    private readonly TempFolder _folders = new();
    private int _stores;

    private BucketRig(FakeAws aws) => Aws = aws;

    public FakeAws Aws { get; }
    /// <summary>Keys and etags of what was put.</summary>
    public List<(string Key, string ETag, long Size)> Objects { get; } = [];

    public SourceOptions Listing => new() { Bucket = Bucket, Endpoint = Aws.Url, ReconcileInterval = TimeSpan.FromSeconds(1) };
    public SourceOptions Queue => new() { QueueUrl = Aws.Url + "/111122223333/flow-logs", QueueEndpoint = Aws.Url, Endpoint = Aws.Url };

    public static async Task<BucketRig> CreateAsync(int objects)
    {
        var rig = new BucketRig(await FakeAws.StartAsync());
        rig.Aws.S3.CreateBucket(Bucket);
        for (int i = 0; i < objects; i++) rig.Put(SmallObjects.Make(i, objects));
        await using (await IngestRig.StartAsync(rig._folders.Path("template"), IngestRig.Fast, start: false))
        {
            // Only to migrate.
        }
        return rig;
    }

    public void Put((string Name, byte[] Content) item, DateTimeOffset? lastModified = null)
    {
        var put = Aws.S3.Put(Bucket, item.Name, item.Content, lastModified);
        Objects.Add((item.Name, put.ETag, item.Content.Length));
    }

    /// <summary>The data directory made last.</summary>
    public string Store { get; private set; } = "";

    /// <summary>A data directory with an empty, migrated database.</summary>
    public string NewStore()
    {
        string folder = Store = _folders.Path($"store-{++_stores}");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(_folders.Path("template"))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    /// <summary>Ingests until nothing waits and gives the dump. Retries may be under way when all looks quiet, so it asks for the number of objects too.</summary>
    public async Task<string> IngestAsync(IReadOnlyList<SourceOptions> sources, Action<IServiceCollection>? with = null, int? expect = null, Func<IngestRig, Task>? meanwhile = null, int? commitObjects = null)
    {
        var options = IngestRig.Fast with { Sources = sources, CommitObjects = commitObjects ?? IngestRig.Fast.CommitObjects };
        await using var rig = await IngestRig.StartAsync(NewStore(), options, with);
        if (meanwhile is not null) await meanwhile(rig);
        for (int i = 0; i < 2_000; i++)
        {
            var states = await TryCountAsync(rig);
            if (states >= (expect ?? Objects.Count)) break;
            await Task.Delay(30);
        }
        await rig.WhenIdleAsync();
        return await rig.DumpAsync();
    }

    private static async Task<long> TryCountAsync(IngestRig rig)
    {
        try
        {
            var states = (await rig.Ledger.CountAsync(CancellationToken.None)).ByState;
            return states.GetValueOrDefault(Storage.Ingest.SourceObjectState.Done) + states.GetValueOrDefault(Storage.Ingest.SourceObjectState.Duplicate);
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // The planted failure struck the test's own question.
            return -1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        _folders.Dispose();
    }
}
