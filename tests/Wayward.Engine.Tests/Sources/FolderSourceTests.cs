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
        Assert.Matches("links? leads? out", source.Notice);
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
    public async Task A_link_within_the_root_is_read_from_listing_to_confirmation()
    {
        Age(_folder.Write("day/real.log", "some content"));
        File.CreateSymbolicLink(_folder.Path("in.log"), _folder.Path("day/real.log"));
        using var source = Open();
        var link = (await ListAsync(source)).Single(o => o.Key == "in.log");
        await using (var stream = await source.OpenAsync(link, TestContext.Current.CancellationToken))
        {
            using var reader = new StreamReader(stream);
            Assert.Equal("some content", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        await source.ConfirmAsync(link, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_file_blocks_nobody()
    {
        string path = _folder.Write("a.log", "one");
        Age(path);
        using var source = Open();
        var offered = Assert.Single(await ListAsync(source));
        File.Delete(path);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [path])) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        // A wrong way hangs here for good, so it runs where the test can leave it behind.
        var opening = Task.Run(() => source.OpenAsync(offered, CancellationToken.None), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<SourceObjectChangedException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Empty(await ListAsync(source));
    }

    [Fact]
    public async Task A_folder_that_may_not_be_listed_is_named_and_the_rest_is_read()
    {
        Age(_folder.Write("good/a.log", "x"));
        Age(_folder.Write("locked/b.log", "x"));
        Age(_folder.Write("z.log", "x"));
        // The test may run as root, whom no permission stops: a folder that goes away while it is walked fails in the same place.
        string locked = _folder.Path("locked");
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(locked, UnixFileMode.None);
        try
        {
            bool root = CanList(locked);
            using var source = Open();
            var offered = await ListAsync(source);
            Assert.Equal(root ? ["good/a.log", "locked/b.log", "z.log"] : ["good/a.log", "z.log"], offered.Select(o => o.Key));
            if (!root) Assert.Contains("1 folder could not be listed and is passed over: locked", source.Notice, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_folder_that_goes_away_during_the_walk_does_not_end_it()
    {
        Age(_folder.Write("a.log", "x"));
        Age(_folder.Write("gone/b.log", "x"));
        var walk = new FolderWalk(_folder.Root, []);
        List<string> keys = [];
        foreach (var file in walk.Files())
        {
            keys.Add(file.Key);
            if (Directory.Exists(_folder.Path("gone"))) Directory.Delete(_folder.Path("gone"), recursive: true);
        }
        Assert.Equal(["a.log"], keys);
        Assert.Equal((1, "gone"), (walk.UnreadableCount, walk.Unreadable.Single()));
    }

    private static bool CanList(string folder)
    {
        try
        {
            return Directory.GetFiles(folder).Length >= 0;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
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

    [Fact]
    public async Task A_large_folder_that_changes_all_the_time_costs_a_small_part_of_a_core()
    {
        const int Files = 4_000, Walks = 3;
        for (int i = 0; i < Files; i++) Age(_folder.Write($"day{i % 20}/file{i}.log", "x"));
        using var source = new FolderSource(new SourceOptions { Path = _folder.Root }, new IngestOptions { PollInterval = TimeSpan.FromSeconds(30) }, TimeProvider.System);
        var walking = TimeSpan.Zero;
        var all = System.Diagnostics.Stopwatch.StartNew();
        for (int walks = 0; walks < Walks; walks++)
        {
            long began = System.Diagnostics.Stopwatch.GetTimestamp();
            await ListAsync(source);
            walking += System.Diagnostics.Stopwatch.GetElapsedTime(began);
            _folder.Write("growing.log", $"{walks}");
            await source.WaitForChangeAsync(TestContext.Current.CancellationToken);
        }
        Assert.True(walking < all.Elapsed / 5, $"{Walks} walks took {walking} of {all.Elapsed}");
    }

    private void Age(string path) => File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime.AddHours(-1));

    public void Dispose() => _folder.Dispose();
}
