using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Wayward.Web.Tests.Deployment;

/// <summary>The container files, checked as far as that is possible without an engine: parsed, and each path and command held against the repository and the program.</summary>
public sealed partial class ContainerTests
{
    private static readonly string DockerfilePath = RepositoryFolder.Of("src", "Wayward.Web", "Dockerfile");
    internal static readonly string[] Dockerfile = [.. Instructions(File.ReadAllText(DockerfilePath))];

    [Fact]
    public void Every_path_copied_from_the_repository_exists_and_is_not_ignored()
    {
        string[] ignore = File.ReadAllLines(DockerfilePath + ".dockerignore");
        var sources = Dockerfile.Where(i => i.StartsWith("COPY ", StringComparison.Ordinal) && !i.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(i => i.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1]).ToList();
        Assert.NotEmpty(sources);
        foreach (string source in sources)
        {
            string path = RepositoryFolder.Of(source.TrimEnd('/'));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{source} is copied but does not exist");
            Assert.Contains("!" + source.TrimEnd('/'), ignore);
        }
    }

    [Fact]
    public void Everything_the_build_needs_is_copied()
    {
        string copied = string.Join('\n', Dockerfile.Where(i => i.StartsWith("COPY ", StringComparison.Ordinal)));
        foreach (string file in Directory.EnumerateFiles(RepositoryFolder.Path).Select(Path.GetFileName).OfType<string>().Where(f => f.StartsWith("Directory.", StringComparison.Ordinal) || f is "global.json" or ".editorconfig" or "NuGet.config" or "nuget.config"))
            Assert.Contains(file, copied, StringComparison.Ordinal);
        foreach (string reference in RepositoryFolder.Files("src", "*.csproj").SelectMany(p => ProjectReference().Matches(File.ReadAllText(p)).Select(m => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(p)!, m.Groups[1].Value)))))
        {
            string top = Path.GetRelativePath(RepositoryFolder.Path, reference).Split(Path.DirectorySeparatorChar)[0];
            Assert.Contains($"COPY {top}/ {top}/", Dockerfile);
        }
    }

    [Fact]
    public void It_runs_without_privileges_with_one_writable_folder_and_a_health_check_that_the_program_knows()
    {
        Assert.Contains(Dockerfile, i => i.StartsWith("USER ", StringComparison.Ordinal) && i != "USER root" && i != "USER 0");
        Assert.Equal("VOLUME /data", Assert.Single(Dockerfile, i => i.StartsWith("VOLUME", StringComparison.Ordinal)));
        string check = Assert.Single(Dockerfile, i => i.StartsWith("HEALTHCHECK", StringComparison.Ordinal));
        string[] command = JsonSerializer.Deserialize<string[]>(check[check.IndexOf('[', StringComparison.Ordinal)..])!;
        Assert.Equal(["dotnet", "/app/wayward.dll", "health", "--live"], command);
        Assert.Contains(Dockerfile, i => i == "COPY --from=build /app/ /app/");
        Assert.Contains(Dockerfile, i => i.Contains("-o /app", StringComparison.Ordinal) && i.StartsWith("RUN dotnet publish", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_command_of_the_containers_parses()
    {
        var commands = Services().Select(s => s.Value).OfType<YamlMappingNode>()
            .Where(s => s.Children.ContainsKey("command") && Text(s, "image") == "wayward").Select(s => ((YamlSequenceNode)s["command"]).Select(n => ((YamlScalarNode)n).Value!).ToArray()).ToList();
        string own = Dockerfile.Single(i => i.StartsWith("CMD ", StringComparison.Ordinal))[4..];
        commands.Add(JsonSerializer.Deserialize<string[]>(own)!);
        foreach (string[] command in commands)
        {
            // --help after a wrong option would hide it, so the option that is looked for is one that does not exist: it must be the only complaint.
            var run = await Commands.CommandRun.Of([.. command, "--no-such-option"]);
            Assert.Equal(2, run.ExitCode);
            Assert.Equal(["wayward: Unrecognized command or argument '--no-such-option'."], run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(l => l.TrimEnd('\r')));
        }
    }

    [Fact]
    public void Compose_publishes_on_the_loopback_address_only_and_mounts_what_it_names()
    {
        var named = ((YamlMappingNode)Compose()["volumes"]).Children.Keys.Select(k => ((YamlScalarNode)k).Value!).ToHashSet();
        foreach (var (name, node) in Services())
        {
            var service = (YamlMappingNode)node;
            if (service.Children.TryGetValue("ports", out var ports))
                Assert.All((YamlSequenceNode)ports, p => Assert.StartsWith("127.0.0.1:", ((YamlScalarNode)p).Value, StringComparison.Ordinal));
            if (service.Children.TryGetValue("volumes", out var volumes))
            {
                foreach (string volume in ((YamlSequenceNode)volumes).Select(v => ((YamlScalarNode)v).Value!))
                    Assert.True(volume.StartsWith("${", StringComparison.Ordinal) || named.Contains(volume.Split(':')[0]), $"{name}: {volume}");
            }
            if (service.Children.TryGetValue("depends_on", out var needs))
                Assert.All(((YamlMappingNode)needs).Children.Keys, k => Assert.True(Services().ContainsKey(((YamlScalarNode)k).Value!)));
            if (Text(service, "image") != "wayward") Assert.Matches(":[^:]*[0-9]", Text(service, "image")!);
        }
    }

    [Fact]
    public void Every_container_of_the_program_has_a_read_only_root_and_no_capabilities()
    {
        foreach (var (name, node) in Services().Where(s => Text((YamlMappingNode)s.Value, "image") == "wayward"))
        {
            var service = (YamlMappingNode)node;
            Assert.Equal("true", Text(service, "read_only"));
            Assert.Contains("ALL", ((YamlSequenceNode)service["cap_drop"]).Select(n => ((YamlScalarNode)n).Value));
            Assert.Contains("no-new-privileges:true", ((YamlSequenceNode)service["security_opt"]).Select(n => ((YamlScalarNode)n).Value));
            Assert.True(service.Children.ContainsKey("volumes") || service.Children.ContainsKey("profiles"), name);
        }
    }

    [Fact]
    public void Every_service_has_a_limit_of_memory() =>
        Assert.All(Services(), s => Assert.True(((YamlMappingNode)s.Value).Children.ContainsKey("mem_limit"), s.Key));

    private static YamlMappingNode Compose()
    {
        // The merging parser resolves the shared block as Compose does.
        using var text = new StreamReader(RepositoryFolder.Of("docker-compose.yml"));
        var merged = new DeserializerBuilder().Build().Deserialize<object>(new MergingParser(new Parser(text)));
        string plain = new SerializerBuilder().Build().Serialize(merged!);
        var stream = new YamlStream();
        stream.Load(new StringReader(plain));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static Dictionary<string, YamlNode> Services() => ((YamlMappingNode)Compose()["services"]).Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value!, c => c.Value);

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    private static IEnumerable<string> Instructions(string text) =>
        text.ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#');

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();
}
