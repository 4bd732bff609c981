using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Sources;

public sealed class FolderSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestTime _time = new(DateTimeOffset.UtcNow);

    private FolderSource Open(string? path = null, params string[] include) =>
        new(new SourceOptions { Path = path ?? _folder.Root, Include = include }, new IngestOptions { SettleTime = TimeSpan.FromSeconds(1) }, _time);

    private static async Task<List<OfferedObject>> ListAsync(FolderSource source)
    {
        List<OfferedObject> all = [];
        await foreach (var batch in source.ListAsync(TestContext.Current.CancellationToken)) all.AddRange(batch);
        return [.. all.OrderBy(o => o.Key, StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_growing_file_is_offered_only_after_it_stood_still_for_two_looks()
    {
        using var source = Open();
        string path = _folder.Write("a.log", "one");
        Assert.Empty(await ListAsync(source));
        Assert.False(source.Settled);
        _time.Advance(TimeSpan.FromSeconds(2));
        File.AppendAllText(path, "two");
        Assert.Empty(await ListAsync(source));
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Empty(await ListAsync(source));
        _time.Advance(TimeSpan.FromMilliseconds(600));
        var offered = Assert.Single(await ListAsync(source));
        Assert.Equal(6, offered.Bytes);
        Assert.True(source.Settled);
        // It stays on offer, and the source stays settled, although the file is still young.
        Assert.Single(await ListAsync(source));
        Assert.True(source.Settled);
    }

    [Fact]
    public async Task An_old_file_is_offered_at_the_first_look()
    {
        File.SetLastWriteTimeUtc(_folder.Write("2026/11/01/a.log", "x"), _time.GetUtcNow().UtcDateTime.AddMinutes(-5));
        using var source = Open();
        var offered = Assert.Single(await ListAsync(source));
        Assert.Equal("2026/11/01/a.log", offered.Key);
        Assert.Equal(_folder.Root, offered.Container);
        Assert.Equal("folder:" + _folder.Root, offered.Source);
    }

    [Fact]
    public async Task Unfinished_copies_hidden_names_and_empty_files_are_passed_over()
    {
        foreach (string name in new[] { "a.log.tmp", "b.part", "c.PARTIAL", ".d.log", "e.log~", ".hidden/f.log", "g.crdownload" }) Age(_folder.Write(name, "x"));
        Age(_folder.Write("empty.log", ""));
        Age(_folder.Write("good.log", "x"));
        using var source = Open();
        Assert.Equal("good.log", Assert.Single(await ListAsync(source)).Key);
        Assert.Contains("1 empty file", source.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_out_of_the_root_are_refused_and_links_within_it_are_followed()
    {
        using var outside = new TempFolder();
        Age(outside.Write("secret.log", "x"));
        Age(_folder.Write("real.log", "x"));
        File.CreateSymbolicLink(_folder.Path("out.log"), outside.Path("secret.log"));
        Directory.CreateSymbolicLink(_folder.Path("outdir"), outside.Root);
        File.CreateSymbolicLink(_folder.Path("in.log"), _folder.Path("real.log"));
        File.CreateSymbolicLink(_folder.Path("loop.log"), _folder.Path("loop.log"));
        using var source = Open();
        var offered = await ListAsync(source);
        Assert.Equal(["in.log", "real.log"], offered.Select(o => o.Key));
        Assert.Contains("link(s) lead out", source.Notice, StringComparison.Ordinal);
        // A ledger row cannot be used to read outside either, by name or by a link that was put there later.
        foreach (string key in new[] { "../" + Path.GetFileName(outside.Root) + "/secret.log", "out.log", "outdir/secret.log" })
        {
            var forged = offered[0] with { Key = key };
            await Assert.ThrowsAsync<SourceObjectGoneException>(() => source.OpenAsync(forged, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_listed_is_not_opened_and_one_that_changes_while_read_is_not_confirmed()
    {
        string path = _folder.Write("a.log", "one");
        Age(path);
        using var source = Open();
        var offered = Assert.Single(await ListAsync(source));
        await using (await source.OpenAsync(offered, TestContext.Current.CancellationToken)) File.AppendAllText(path, "more");
        await Assert.ThrowsAsync<SourceObjectChangedException>(() => source.ConfirmAsync(offered, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<SourceObjectChangedException>(() => source.OpenAsync(offered, TestContext.Current.CancellationToken));
        File.Delete(path);
        await Assert.ThrowsAsync<SourceObjectGoneException>(() => source.OpenAsync(offered, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_single_file_is_a_source_and_patterns_choose_names()
    {
        Age(_folder.Write("a.log.gz", "x"));
        Age(_folder.Write("b.txt", "x"));
        using var one = Open(_folder.Path("b.txt"));
        Assert.Equal("b.txt", Assert.Single(await ListAsync(one)).Key);
        using var some = Open(null, "*.gz", "*.log");
        Assert.Equal("a.log.gz", Assert.Single(await ListAsync(some)).Key);
    }

    [Fact]
    public async Task A_missing_folder_is_an_error_and_comes_back()
    {
        using var source = Open();
        Directory.Delete(_folder.Root);
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => ListAsync(source));
        Age(_folder.Write("a.log", "x"));
        Assert.Single(await ListAsync(source));
    }

    [Fact]
    public async Task A_new_file_ends_the_wait_long_before_the_poll_interval()
    {
        using var source = new FolderSource(new SourceOptions { Path = _folder.Root }, new IngestOptions { PollInterval = TimeSpan.FromMinutes(10) }, TimeProvider.System);
        var wait = source.WaitForChangeAsync(TestContext.Current.CancellationToken);
        _folder.Write("a.log", "x");
        await wait.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private void Age(string path) => File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime.AddHours(-1));

    public void Dispose() => _folder.Dispose();
}
