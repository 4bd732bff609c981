using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>R7: same key, new etag.</summary>
public sealed class ChangedObjectTests : IDisposable
{
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();

    private IngestOptions Options => IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] };

    [Fact]
    public async Task R7_grown_shrunk_touched_and_mended_objects_take_the_old_ones_place_and_all_equals_a_fresh_ingest()
    {
        for (int i = 0; i < LongRun.Pick(1, 20); i++)
        {
            var (before, replaced, whole) = await ChangeAsync(fault: null, seed: 1 + i);
            Assert.NotEqual(before, replaced);
            Assert.True(replaced == whole, CrashTests.FirstDifference(whole, replaced));
        }
    }

    [Fact]
    public async Task R7_turns_red_when_a_key_that_was_seen_is_known_whatever_its_etag()
    {
        var (_, replaced, whole) = await ChangeAsync(PlantedSources.Plant(s => new PlantedSources.KnownByKey(s)), seed: 1);
        Assert.NotEqual(whole, replaced);
    }

    private async Task<(string Before, string Replaced, string Whole)> ChangeAsync(Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? fault, int seed)
    {
        const int Count = 30;
        if (Directory.Exists(_logs.Path("AWSLogs"))) Directory.Delete(_logs.Path("AWSLogs"), recursive: true);
        SmallObjects.WriteAll(_logs.Root, Count, seed);
        string[] files = [.. Directory.GetFiles(_logs.Root, "*.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        byte[] broken = File.ReadAllBytes(files[5]);
        Replace(files[5], "no flow log"u8.ToArray());
        await using var rig = await IngestRig.StartAsync(_data.Path($"data-{seed}"), Options, fault);
        await rig.WhenIdleAsync();
        string before = await rig.DumpAsync();

        // Mended: the broken version was never taken, so the new one is, at once.
        Replace(files[5], broken);
        // Touched: same content under a new time contributes nothing.
        File.SetLastWriteTimeUtc(files[6], DateTime.UtcNow.AddMinutes(-40));
        // Grown and shrunk.
        Replace(files[7], SmallObjects.Gzip(Text(files[7]) + string.Join('\n', Text(files[8]).Split('\n')[1..])));
        Replace(files[9], SmallObjects.Gzip(string.Join('\n', Text(files[9]).Split('\n')[..5]) + "\n"));
        rig.Control.ScanNow();
        await rig.WhenIdleAsync();
        string replaced = Content(await rig.DumpAsync());
        using var other = new TempFolder();
        await using var fresh = await IngestRig.StartAsync(other.Root, Options);
        await fresh.WhenIdleAsync();
        return (Content(before), replaced, Content(await fresh.DumpAsync()));
    }

    /// <summary>Without the rows of versions that are history.</summary>
    private static string Content(string dump) => string.Join('\n', dump.Split('\n').Where(l => !l.StartsWith("object\t", StringComparison.Ordinal) || l.Contains("\ttaken\t", StringComparison.Ordinal)));

    private static string Text(string path)
    {
        using var gzip = new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-50));
    }

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }
}
