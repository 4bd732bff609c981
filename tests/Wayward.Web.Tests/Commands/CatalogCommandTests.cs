using System.Text.Json;

namespace Wayward.Web.Tests.Commands;

public sealed class CatalogCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wayward-catalog-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Update_fetches_nothing_without_a_feed()
    {
        var run = await CommandRun.Of("catalog", "update", "--data", _folder.FullName);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("nothing was fetched", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_takes_the_feeds_that_are_due()
    {
        string list = Write("feed.txt", "192.88.1.1\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "appsettings.json"), JsonSerializer.Serialize(new { Catalog = new { Feeds = new[] { new { Name = "mine", Location = list } } } }));
        var first = await RunAsync("catalog", "update", "--data", "data");
        Assert.Equal((0, ""), (first.Exit, first.Error));
        Assert.Contains("mine:", first.Out, StringComparison.Ordinal);
        Assert.Contains("not due before", (await RunAsync("catalog", "update", "--data", "data")).Out, StringComparison.Ordinal);
        File.Delete(list);
        var gone = await RunAsync("catalog", "update", "--data", "data", "--now");
        Assert.Equal(3, gone.Exit);
        Assert.Contains("feed mine was not taken", gone.Error, StringComparison.Ordinal);
    }

    private async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new Wayward.Web.Commands.CommandContext { Out = output, Error = error, WorkingDirectory = _folder.FullName };
        int exit = await Wayward.Web.Commands.CommandLine.RunAsync(arguments, context, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Check_says_in_json_how_much_of_a_list_is_known()
    {
        string list = Write("list.txt", "# resolvers\n1.1.1.1\n2606:4700:4700::1111\n198.41.0.4\n104.16.1.1\n192.88.1.1\n10.0.0.1\n");
        var run = await CommandRun.Of("catalog", "check", list, "--format", "json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(run.Out);
        var root = json.RootElement;
        Assert.Equal(6, root.GetProperty("addresses").GetInt32());
        Assert.Equal(4, root.GetProperty("known").GetInt32());
        Assert.Equal(["10.0.0.1", "192.88.1.1"], root.GetProperty("unknown").EnumerateArray().Select(u => u.GetString()!).Order(StringComparer.Ordinal));
        var tiers = root.GetProperty("byTier");
        Assert.Equal((2, 1, 1, 0), (tiers.GetProperty("A").GetInt32(), tiers.GetProperty("C").GetInt32(), tiers.GetProperty("R").GetInt32(), tiers.GetProperty("D").GetInt32()));
        Assert.Contains("not a public address", root.GetProperty("reasons").GetProperty("10.0.0.1").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_several_lists_gives_a_row_each_and_an_object_each()
    {
        string one = Write("one.txt", "9.9.9.9\n"), two = Write("two.txt", "192.88.1.1\n");
        var table = await CommandRun.Of("catalog", "check", one, two);
        Assert.Equal(0, table.ExitCode);
        Assert.Contains("100.0", table.Out, StringComparison.Ordinal);
        Assert.Contains("1 unknown", table.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await CommandRun.Of("catalog", "check", one, two, "--format", "json")).Out);
        Assert.Equal([1, 0], json.RootElement.GetProperty("lists").EnumerateArray().Select(l => l.GetProperty("known").GetInt32()));
    }

    [Fact]
    public async Task Check_of_a_folder_says_that_it_is_one()
    {
        var run = await CommandRun.Of("catalog", "check", _folder.FullName);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("cannot be read: it is a folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_counts_with_the_entries_of_a_further_catalogue()
    {
        string list = Write("list.txt", "192.88.1.1\n");
        string own = Write("own.txt", "wayward-catalog 1\nversion: 1\n[Example]\nsource: https://dns.example\n192.88.1.1 doh D\n");
        using var json = JsonDocument.Parse((await CommandRun.Of("catalog", "check", list, "--format", "json", "--catalog", own)).Out);
        Assert.Equal(1, json.RootElement.GetProperty("known").GetInt32());
    }

    [Fact]
    public async Task A_list_that_is_not_there_is_an_input_error()
    {
        var run = await CommandRun.Of("catalog", "check", Path.Combine(_folder.FullName, "none.txt"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("none.txt", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalogue_that_is_wrong_is_told_by_file_line_and_reason()
    {
        string list = Write("list.txt", "9.9.9.9\n");
        string own = Write("own.txt", "wayward-catalog 1\nversion: 1\n[Example]\nsource: https://dns.example\n192.88.1.1 doh Q\n");
        var run = await CommandRun.Of("catalog", "check", list, "--catalog", own);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("own.txt:5:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_gives_entries_with_their_source_and_says_when_there_are_none()
    {
        var quad9 = await CommandRun.Of("catalog", "show", "9.9.9.9");
        Assert.Equal(0, quad9.ExitCode);
        Assert.Contains("Quad9", quad9.Out, StringComparison.Ordinal);
        Assert.Contains("https://", quad9.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await CommandRun.Of("catalog", "show", "192.88.1.1")).ExitCode);
    }

    [Fact]
    public async Task Diff_takes_nothing_in_and_import_does()
    {
        string list = Write("list.txt", "192.88.1.1\n104.16.1.1\n9.9.9.9\n"), data = Path.Combine(_folder.FullName, "data");
        var diff = await CommandRun.Of("catalog", "diff", list);
        Assert.Contains("2 endpoints would be added", diff.Out, StringComparison.Ordinal);
        Assert.Contains("2 endpoints left out: inside a range shared", diff.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));

        var import = await CommandRun.Of("catalog", "import", list, "--data", data);
        Assert.Equal((0, ""), (import.ExitCode, import.Error));
        Assert.Contains("2 endpoints were added", import.Out, StringComparison.Ordinal);
        var files = await CommandRun.Of("catalog", "files", "--data", data);
        Assert.Matches(@"list\s+2\s+2\s+0", files.Out);

        Assert.Equal(0, (await CommandRun.Of("catalog", "import", list, "--data", data, "--alert-at-once")).ExitCode);
        Assert.Matches(@"list\s+2\s+0\s+0", (await CommandRun.Of("catalog", "files", "--data", data)).Out);
    }

    [Fact]
    public async Task A_name_that_could_leave_the_folder_is_refused()
    {
        string list = Write("list.txt", "192.88.1.1\n");
        var run = await CommandRun.Of("catalog", "import", list, "--data", _folder.FullName, "--name", "../away");
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task A_rescan_without_a_store_is_an_input_error() =>
        Assert.Equal(3, (await CommandRun.Of("catalog", "rescan", "list", "--data", Path.Combine(_folder.FullName, "none"))).ExitCode);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
