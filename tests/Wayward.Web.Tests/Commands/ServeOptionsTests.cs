using Microsoft.Extensions.Configuration;
using Wayward.Testing;

namespace Wayward.Web.Tests.Commands;

public sealed class ServeOptionsTests
{
    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://some-name:0")]
    [InlineData("http://127.0.0.1:0;http://192.168.1.5:0")]
    public async Task An_address_that_others_can_reach_is_refused_at_start(string urls)
    {
        foreach (string[] form in new[] { new[] { "--urls", urls }, ["--Hosting:Urls=" + urls] })
        {
            var run = await CommandRun.Of(form);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("--allow-remote", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("127.0.0.1")]
    [InlineData("http://127.0.0.1:80/path")]
    [InlineData(";")]
    public async Task A_malformed_address_is_named(string urls)
    {
        var run = await CommandRun.Of("--urls", urls);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--urls", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_wrong_options_of_all_sections_are_told_at_once()
    {
        var run = await CommandRun.Of(
            "serve", "--source", "/no/such/folder", "--urls", "http://10.0.0.1:1", "--Hosting:MaxCircuits=0", "--Hosting:AllowedHosts:0=http://x/", "--Detection:HistoryWindow=00:00:01",
            "--Ingest:Workers=-1", "--Storage:Provider=Oracle", "--Desk:Nobody=x");
        Assert.Equal(2, run.ExitCode);
        foreach (string key in new[] { "/no/such/folder", "http://10.0.0.1:1", "Hosting:MaxCircuits", "Hosting:AllowedHosts", "Detection:HistoryWindow", "Ingest:Workers", "Storage:Provider", "Desk:Nobody" })
            Assert.Contains(key, run.Error, StringComparison.Ordinal);
        Assert.Contains("Sqlite", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Storge:Provider=Sqlite", "Storge")]
    [InlineData("--Ingets:Workers=2", "Ingets")]
    [InlineData("--Anything:Else=1", "Anything")]
    public async Task A_section_that_does_not_exist_is_refused_like_a_key_that_does_not(string argument, string section)
    {
        var run = await CommandRun.Of(argument);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{section} is not a section of options; there are Access, Audit, Catalog, Desk, Detection,", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("scan x")]
    public async Task A_section_of_a_settings_file_that_does_not_exist_is_refused(string command)
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{ "Detecton": { "Learning": "1.00:00:00" }, "Logging": { "LogLevel": { "Default": "Error" } }, "Hosting": { "MaxCircuits": 5 } }""");
        using var error = new StringWriter();
        var context = new Web.Commands.CommandContext { Out = TextWriter.Null, Error = error, WorkingDirectory = folder.FullName };
        Assert.Equal(2, await Web.Commands.CommandLine.RunAsync(command.Split(' '), context, TestContext.Current.CancellationToken));
        Assert.Contains("Detecton is not a section of options", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Logging is", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ingets__Workers", true)]
    [InlineData("storage_provider", false)]
    [InlineData("STORAGES__PROVIDER", true)]
    [InlineData("Storage__Provider", false)]
    [InlineData("KUBERNETES__SERVICE", false)]
    [InlineData("Ingets", false)]
    public void Of_the_environment_only_what_looks_like_a_section_is_refused(string variable, bool refused)
    {
        string prefix = "WAYWARD_TEST_" + Guid.NewGuid().ToString("N") + "_";
        Environment.SetEnvironmentVariable(prefix + variable, "x");
        try
        {
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build();
            var reader = new Configuration.OptionsReader(configuration);
            Configuration.OptionSections.Check(reader, configuration);
            Assert.Equal(refused ? 1 : 0, reader.Errors.Count);
        }
        finally
        {
            Environment.SetEnvironmentVariable(prefix + variable, null);
        }
    }

    [Fact]
    public async Task The_working_directory_s_settings_are_read_and_the_command_line_wins()
    {
        // --urls is refused at start when the file's value counts, so the outcome tells which one did.
        var folder = Directory.CreateTempSubdirectory("wayward-settings-test-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), """{ "Hosting": { "Urls": "http://10.9.8.7:1", "MaxCircuits": 0 } }""", TestContext.Current.CancellationToken);
            using var error = new StringWriter();
            var context = new Web.Commands.CommandContext { Out = TextWriter.Null, Error = error, WorkingDirectory = folder.FullName };
            Assert.Equal(2, await Web.Commands.CommandLine.RunAsync(["--Hosting:MaxCircuits=5"], context, TestContext.Current.CancellationToken));
            Assert.Contains("10.9.8.7", error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("MaxCircuits", error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_broken_settings_file_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("wayward-settings-test-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), "{ oops", TestContext.Current.CancellationToken);
            foreach (string command in new[] { "serve", "scan x" })
            {
                using var error = new StringWriter();
                var context = new Web.Commands.CommandContext { Out = TextWriter.Null, Error = error, WorkingDirectory = folder.FullName };
                Assert.Equal(2, await Web.Commands.CommandLine.RunAsync(command.Split(' '), context, TestContext.Current.CancellationToken));
                Assert.Contains("appsettings.json", error.ToString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Health_of_a_server_that_is_not_there_fails_without_a_trace()
    {
        var run = await CommandRun.Of("health", "--url", "http://127.0.0.1:9");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("does not answer", run.Error, StringComparison.Ordinal);
    }
}
