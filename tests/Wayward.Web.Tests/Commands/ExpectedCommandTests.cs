using Microsoft.Extensions.DependencyInjection;
using Wayward.Storage;
using Wayward.Web.Commands;

namespace Wayward.Web.Tests.Commands;

public sealed class ExpectedCommandTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wayward-expected-test-");

    public async ValueTask InitializeAsync()
    {
        foreach (string data in (string[])["data", "other"])
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddWaywardStorage(new StorageOptions { DataDirectory = _folder.CreateSubdirectory(data).FullName });
            await using var provider = services.BuildServiceProvider();
            await provider.GetRequiredService<StorageInitializer>().InitializeAsync(TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_rule_is_added_listed_and_ended()
    {
        var added = await RunAsync("add", "198.51.100.7", "--scope", "vpc:vpc-1", "--reason", "own resolver", "--until", "2099-12-31");
        Assert.Equal((0, ""), (added.Exit, added.Error));
        Assert.Contains("1 expects 198.51.100.7", added.Out, StringComparison.Ordinal);
        Assert.Contains("until 31 Dec 2099", (await RunAsync("list")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("end", "1", "--reason", "moved")).Exit);
        Assert.Equal("", (await RunAsync("list")).Out);
        Assert.Contains(", withdrawn", (await RunAsync("list", "--all")).Out, StringComparison.Ordinal);
        var again = await RunAsync("end", "1", "--reason", "moved");
        Assert.Equal((1, true), (again.Exit, again.Error.Contains("no rule 1 in force", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task What_was_exported_imports_into_another_store_and_exports_to_the_same_bytes(string format)
    {
        await RunAsync("add", "198.51.100.7", "operator:A; B", "--scope", "vpc:vpc-1", "--reason", "=own, \"quoted\"", "--until", "never");
        await RunAsync("add", "203.0.113.0/24", "--forbid", "--transport", "DoT", "--port", "853", "--reason", "never there");
        Assert.Equal(0, (await RunAsync("export", "--format", format, "--out", "rules")).Exit);

        var shown = await RunAsync("import", "rules", "--data", "other");
        Assert.Contains("2 new, 0 changed, 0 unchanged", shown.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing was written", shown.Out, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("list", "--data", "other")).Out);
        Assert.Equal(0, (await RunAsync("import", "rules", "--apply", "--data", "other")).Exit);
        Assert.Contains("0 new, 0 changed, 2 unchanged", (await RunAsync("import", "rules", "--apply", "--data", "other")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("export", "--format", format, "--out", "again", "--data", "other")).Exit);
        Assert.Equal(Read("rules"), Read("again"));
    }

    [Fact]
    public async Task Replace_ends_what_the_file_does_not_have()
    {
        await RunAsync("add", "198.51.100.7", "--reason", "x");
        Write("list", "203.0.113.9\n");
        Assert.Contains("stays", (await RunAsync("import", "list", "--reason", "trusted", "--apply")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("import", "list", "--reason", "trusted", "--replace", "--apply")).Exit);
        string left = (await RunAsync("list")).Out;
        Assert.Contains("203.0.113.9", left, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100.7", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_a_fault_is_refused_by_line_and_nothing_is_taken()
    {
        Write("rules.csv", "action,targets,reason\nexpected,198.51.100.7,x\nexpected,nonsense/99,x\n");
        var run = await RunAsync("import", "rules.csv", "--apply");
        Assert.Equal(3, run.Exit);
        Assert.Contains("wayward: 3:", run.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was taken", run.Error, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("list")).Out);
    }

    [Theory]
    [InlineData("add", "198.51.100.7")]
    [InlineData("add", "nonsense/99", "--reason", "x")]
    [InlineData("add", "198.51.100.7", "--reason", "x", "--until", "soon")]
    [InlineData("end", "1")]
    public async Task Wrong_arguments_are_named(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal(2, run.Exit);
        Assert.NotEqual("", run.Error);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private byte[] Read(string name) => File.ReadAllBytes(Path.Combine(_folder.FullName, name));

    private async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] data = arguments.Contains("--data") ? [] : ["--data", "data"];
        int exit = await CommandLine.RunAsync(["expected", .. arguments, .. data], new CommandContext { Out = output, Error = error, WorkingDirectory = _folder.FullName }, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), error.ToString());
    }
}
