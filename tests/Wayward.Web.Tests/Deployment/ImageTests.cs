using System.Net;
using System.Text.RegularExpressions;
using Npgsql;
using Wayward.Engine.Tests.Fakes;
using Wayward.Testing;

namespace Wayward.Web.Tests.Deployment;

/// <summary>
/// The image, built from the Dockerfile without an engine and run as a container is: an unprivileged user, no capability, a read-only root. Every service of the compose file that is the program's
/// runs with its own command and settings until its health check is content; the servers of others are stood in for.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class ImageTests(ImageTests.Built built) : IClassFixture<ImageTests.Built>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60), Grace = TimeSpan.FromSeconds(15);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Publishing takes longer than all the rest, so it is done once.</summary>
    public sealed class Built : IDisposable
    {
        private readonly Lazy<BuiltImage> _image = new(() => BuiltImage.Of(ContainerTests.Dockerfile));
        internal BuiltImage Image => _image.Value;

        public void Dispose()
        {
            if (_image.IsValueCreated) _image.Value.Dispose();
        }
    }

    [Fact]
    public void The_published_output_is_what_the_other_instructions_say()
    {
        var image = built.Image;
        string sdk = System.Text.Json.JsonDocument.Parse(File.ReadAllText(RepositoryFolder.Of("global.json"))).RootElement.GetProperty("sdk").GetProperty("version").GetString()!;
        Assert.Equal("mcr.microsoft.com/dotnet/sdk:" + string.Join('.', sdk.Split('.')[..2]), image.Bases[0]);
        var runtime = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(image.Root, "app", "wayward.runtimeconfig.json"))).RootElement.GetProperty("runtimeOptions").GetProperty("frameworks").EnumerateArray()
            .Single(f => f.GetProperty("name").GetString() == "Microsoft.AspNetCore.App").GetProperty("version").GetString()!;
        Assert.StartsWith($"mcr.microsoft.com/dotnet/aspnet:{string.Join('.', runtime.Split('.')[..2])}-", image.Bases[1], StringComparison.Ordinal);

        Assert.Equal(["dotnet", "/app/wayward.dll"], image.EntryPoint);
        Assert.True(File.Exists(Path.Combine(image.Root, "app", "wayward.dll")));
        Assert.True(Directory.Exists(Path.Combine(image.Root, "app", "wwwroot")), "the pages' files are not in the image");
        Assert.Equal(["app", "data", "logs"], Directory.GetDirectories(image.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["/data"], image.Volumes);
        Assert.Equal("/data", image.WorkingDirectory);
        Assert.NotEqual(0, image.User);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(image.Root, "data")));
        // The port is where the command listens, where the health check asks by itself, and what the compose file publishes.
        Assert.Equal($"http://0.0.0.0:{image.Port}", image.Command[Array.IndexOf(image.Command, "--urls") + 1]);
        Assert.Equal(5080, image.Port);
        Assert.DoesNotContain("--url", image.HealthCheck);
        foreach (string name in Own)
        {
            if (ComposeFile.CommandOf(name) is { } command) Assert.Equal($"http://0.0.0.0:{image.Port}", command[Array.IndexOf(command, "--urls") + 1]);
            if (ComposeFile.Service(name).TryGetValue("ports", out object? ports)) Assert.All((List<object>)ports, p => Assert.EndsWith($":{image.Port}", (string)p, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_image_s_own_command_runs_unprivileged_on_a_read_only_root_until_the_health_check_is_content_and_ends_politely()
    {
        Assert.SkipWhen(Container.Missing is not null, Container.Missing ?? "");
        using var folders = new TempFolder();
        using var container = new Container(built.Image, new Dictionary<string, string>(), Mounts("wayward", folders));
        var (name, content) = SmallObjects.Make(1, 10);
        folders.Write(Path.Combine("wayward", "logs", name), content);
        Assert.Null(ComposeFile.CommandOf("wayward"));
        Assert.Equal(1, await container.CheckAsync(Token));
        container.Start(built.Image.Command);
        await container.BecomesHealthyAsync(Limit, Token);
        await AnswersAsync(container, "/health/ready", "healthy");
        await AnswersAsync(container, "/findings", "<html");
        container.Terminate();
        await container.WaitAsync(Grace);
        Assert.Equal(0, container.ExitCode);
        Assert.Equal(1, await container.CheckAsync(Token));
        Assert.True(File.Exists(folders.Path("wayward", "data", "wayward.db")));
    }

    [Fact]
    public async Task Each_service_of_the_compose_file_runs_with_its_own_command_and_settings_until_its_health_check_is_content()
    {
        Assert.SkipWhen(Container.Missing is not null, Container.Missing ?? "");
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        Assert.Equal(["ingest-1", "ingest-2", "wayward", "wayward-s3", "web-1", "web-2"], Own.Order(StringComparer.Ordinal));
        await using var aws = await FakeAws.StartAsync();
        aws.S3.CreateBucket("flow-logs");
        for (int i = 0; i < 4; i++)
        {
            var (name, content) = SmallObjects.Make(i, 4);
            aws.S3.Put("flow-logs", name, content);
        }
        // The server's socket is in its folder, which others than the server may enter here.
        var server = new NpgsqlConnectionStringBuilder(PostgresCluster.Shared!.ConnectionString("compose"));
        File.SetUnixFileMode(server.Host!, (UnixFileMode)0b111_101_101);
        await using (var connection = new NpgsqlConnection(PostgresCluster.Shared.ConnectionString("postgres") + ";Pooling=false"))
        {
            await connection.OpenAsync(Token);
            await using var create = new NpgsqlCommand("CREATE DATABASE compose", connection);
            await create.ExecuteNonQueryAsync(Token);
        }
        using var folders = new TempFolder();
        List<(string Name, Container Container)> running = [];
        try
        {
            foreach (string name in Own.Where(n => n != "wayward"))
            {
                var settings = ComposeFile.Environment(name).ToDictionary(e => e.Key, e => Mapped(e.Value));
                var container = new Container(built.Image, settings, [.. Mounts(name, folders), (server.Host!, server.Host!, true)]);
                running.Add((name, container));
                container.Start(ComposeFile.CommandOf(name) ?? built.Image.Command);
            }
            foreach (var (name, container) in running)
            {
                await container.BecomesHealthyAsync(Limit, Token);
                await AnswersAsync(container, "/health/ready", "healthy");
                await AnswersAsync(container, "/findings", name.StartsWith("ingest", StringComparison.Ordinal) ? null : "<html");
            }
            foreach (var (_, container) in running) container.Terminate();
            foreach (var (name, container) in running)
            {
                await container.WaitAsync(Grace);
                Assert.True(container.ExitCode == 0, $"{name} ends with {container.ExitCode}: {container.Said}");
            }
        }
        finally
        {
            foreach (var (_, container) in running) container.Dispose();
        }

        string Mapped(string value)
        {
            value = ComposeFile.Defaults(value);
            if (value.StartsWith("Host=postgres;", StringComparison.Ordinal)) return new NpgsqlConnectionStringBuilder(value) { Host = server.Host, Database = "compose" }.ToString();
            return value.Replace("http://localstack:4566", aws.Url, StringComparison.Ordinal).Replace("http://minio:9000", aws.Url, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--chown=1654:1654 /data/", "/data/", "a data folder that is root's")]
    [InlineData("USER 1654", "USER 1655", "a user that owns nothing")]
    [InlineData("\"/data\", \"--source\"", "\"/app\", \"--source\"", "data where nothing may be written")]
    public async Task A_planted_fault_in_the_Dockerfile_does_not_become_healthy(string what, string instead, string fault)
    {
        Assert.SkipWhen(Container.Missing is not null, Container.Missing ?? "");
        // The publish is taken as it is; only what comes after it is carried out again.
        string[] changed = [.. ContainerTests.Dockerfile.Select(i => i.Replace(what, instead, StringComparison.Ordinal))];
        Assert.False(changed.SequenceEqual(ContainerTests.Dockerfile), $"{fault}: nothing was changed");
        using var image = BuiltImage.Of(changed, built.Image);
        using var container = new Container(image, new Dictionary<string, string>());
        container.Start(image.Command);
        await Assert.ThrowsAsync<InvalidOperationException>(() => container.BecomesHealthyAsync(TimeSpan.FromSeconds(20), Token));
    }

    [Theory]
    [InlineData("COPY nowhere/ nowhere/")]
    [InlineData("COPY --from=build /nowhere/ /app/")]
    [InlineData("ADD https://example.com/x /x")]
    [InlineData("RUN apt-get install curl")]
    public void An_instruction_that_cannot_be_carried_out_is_an_error(string instruction) =>
        Assert.Throws<InvalidOperationException>(() => BuiltImage.Of(["FROM a AS build", "FROM b", instruction]).Dispose());

    private static string[] Own => [.. ComposeFile.Services.Where(s => ComposeFile.Service(s).GetValueOrDefault("image") as string == "wayward")];

    /// <summary>A new folder for each volume, as the image has it there; what the compose file takes from beside itself too.</summary>
    private (string, string, bool)[] Mounts(string service, TempFolder folders) => [.. ComposeFile.Volumes(service).Select(v =>
    {
        string folder = folders.Path(service == "web-2" ? "web-1" : service, Path.GetFileName(v.To));
        Directory.CreateDirectory(folder);
        if (v.To == "/data") BuiltImage.Do(folders.Root, "chown", built.Image.User + ":" + built.Image.User, folder);
        return (folder, v.To, v.Writable);
    })];

    /// <param name="containing">Null = there is nothing under this path.</param>
    private static async Task AnswersAsync(Container container, string path, string? containing)
    {
        // Keeps the cookie that the printed link brings.
        using var client = new HttpClient();
        string text = "";
        for (int i = 0; i < 100; i++)
        {
            if (containing == "<html" && i == 0 && PrintedToken().Match(container.Said) is { Success: true } printed)
                (await client.GetAsync(new Uri($"http://localhost:{container.Port}/sign-in?{printed.Value}"), Token)).Dispose();
            using var response = await client.GetAsync(new Uri($"http://localhost:{container.Port}{path}"), Token);
            if (containing is null && response.StatusCode == HttpStatusCode.NotFound) return;
            text = await response.Content.ReadAsStringAsync(Token);
            if (containing is not null && response.StatusCode == HttpStatusCode.OK && text.Contains(containing, StringComparison.Ordinal)) return;
            await Task.Delay(100, Token);
        }
        Assert.Fail($"{path}: {text}\n{container.Said}");
    }

    [GeneratedRegex("token=[0-9a-f]{64}")]
    private static partial Regex PrintedToken();
}
