using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Wayward.Web.Tests.Deployment;

/// <summary>
/// What the Dockerfile makes, made without an engine: every instruction is carried out in folders that stand for the file systems of the two stages, the publish included, from nothing but
/// what is copied in the long set (<c>WAYWARD_LONG=1</c>), of what is built already in the short one. An instruction that nobody has taught it is an error, so none goes unchecked.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class BuiltImage : IDisposable
{
    /// <summary>Of the base image: the variables that its Dockerfile sets, and the user's home.</summary>
    private static readonly (string, string)[] OfTheBase = [("ASPNETCORE_HTTP_PORTS", "8080"), ("DOTNET_RUNNING_IN_CONTAINER", "true"), ("APP_UID", "1654"), ("HOME", "/home/app"), ("PATH", "/usr/local/bin:/usr/bin:/bin")];

    private static bool Whole => System.Environment.GetEnvironmentVariable("WAYWARD_LONG") == "1";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("wayward-image-");
    private readonly Dictionary<string, string> _stages = new(StringComparer.Ordinal);
    private BuiltImage? _published;

    /// <summary>Folder that stands for the root of the final stage.</summary>
    public string Root { get; private set; } = "";
    /// <summary>Tags of the base images, in order.</summary>
    public List<string> Bases { get; } = [];
    public Dictionary<string, string> Environment { get; private set; } = [];
    public int User { get; private set; }
    public string WorkingDirectory { get; private set; } = "/";
    public List<string> Volumes { get; } = [];
    public int Port { get; private set; }
    public string[] HealthCheck { get; private set; } = [];
    public string[] EntryPoint { get; private set; } = [];
    public string[] Command { get; private set; } = [];

    /// <param name="instructions">Lines of a Dockerfile, joined and without comments.</param>
    /// <exception cref="InvalidOperationException">An instruction cannot be carried out.</exception>
    /// <param name="published">Another image, whose publish is taken over instead of made again; null = none.</param>
    public static BuiltImage Of(IEnumerable<string> instructions, BuiltImage? published = null)
    {
        var image = new BuiltImage { _published = published };
        try
        {
            foreach (string instruction in instructions)
            {
                string[] words = instruction.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                image.Perform(instruction, words[0], words[1..]);
            }
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private void Perform(string instruction, string name, string[] words)
    {
        switch (name)
        {
            case "FROM":
                Bases.Add(words[0]);
                Root = _home.CreateSubdirectory($"stage{Bases.Count}").FullName;
                if (words is [_, "AS", var stage]) _stages.Add(stage, Root);
                (Environment, User, WorkingDirectory) = (OfTheBase.ToDictionary(e => e.Item1, e => e.Item2), 0, "/");
                return;
            case "WORKDIR":
                WorkingDirectory = words.Single();
                Directory.CreateDirectory(Inside(WorkingDirectory));
                return;
            case "ENV":
                foreach (string[] pair in words.Select(w => w.Split('=', 2))) Environment[pair[0]] = pair[1];
                return;
            case "COPY":
                Copy(words);
                return;
            case "RUN":
                foreach (string command in instruction["RUN ".Length..].Split("&&", StringSplitOptions.TrimEntries)) Run(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                return;
            case "USER":
                User = int.Parse(words.Single(), CultureInfo.InvariantCulture);
                return;
            case "VOLUME":
                Volumes.Add(words.Single());
                return;
            case "EXPOSE":
                Port = int.Parse(words.Single(), CultureInfo.InvariantCulture);
                return;
            case "HEALTHCHECK":
                HealthCheck = List(instruction);
                return;
            case "ENTRYPOINT":
                EntryPoint = List(instruction);
                return;
            case "CMD":
                Command = List(instruction);
                return;
            default:
                throw new InvalidOperationException($"Nobody has taught the test what this does: {instruction}");
        }
    }

    private static string[] List(string instruction) => JsonSerializer.Deserialize<string[]>(instruction[instruction.IndexOf('[', StringComparison.Ordinal)..])!;

    private string Inside(string path) => Path.Combine(Root, Path.Combine(WorkingDirectory, path).TrimStart('/'));

    private void Copy(string[] words)
    {
        string? from = words.FirstOrDefault(w => w.StartsWith("--from=", StringComparison.Ordinal))?["--from=".Length..];
        string? owner = words.FirstOrDefault(w => w.StartsWith("--chown=", StringComparison.Ordinal))?["--chown=".Length..];
        words = [.. words.Where(w => !w.StartsWith("--", StringComparison.Ordinal))];
        string to = Inside(words[^1]);
        foreach (string source in words[..^1])
        {
            string path = from is null ? RepositoryFolder.Of(source) : Path.Combine(_stages[from], source.TrimStart('/'));
            if (Directory.Exists(path)) CopyFolder(path, to, ignoresBuildOutput: from is null);
            else if (File.Exists(path)) File.Copy(path, Path.Combine(Directory.CreateDirectory(to).FullName, Path.GetFileName(path)));
            else throw new InvalidOperationException($"{source} is copied but does not exist");
        }
        if (owner is not null && System.Environment.IsPrivilegedProcess) Do(Root, "chown", "-R", owner, to);
    }

    /// <param name="ignoresBuildOutput">As .dockerignore has it.</param>
    private static void CopyFolder(string from, string to, bool ignoresBuildOutput)
    {
        if (!Directory.Exists(to)) Directory.CreateDirectory(to, File.GetUnixFileMode(from));
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from).Where(f => !ignoresBuildOutput || Path.GetFileName(f) is not ("bin" or "obj")))
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)), ignoresBuildOutput);
    }

    private void Run(string[] command)
    {
        string[] mapped = [command[0], .. command[1..].Select(w => w.StartsWith('/') ? Inside(w) : w)];
        string folder = Inside(".");
        if (command[0] == "dotnet" && _published is not null)
        {
            CopyFolder(Path.Combine(_published.Root, "app"), Inside("/app"), ignoresBuildOutput: false);
            return;
        }
        if (command[0] == "dotnet" && Whole)
        {
            // Packages come from what the machine has: there is no network in a test. The rest is as the Dockerfile has it.
            string nothing = _home.CreateSubdirectory("no-packages").FullName;
            mapped = [.. mapped, $"-p:RestoreSources={nothing}", "-p:NuGetAudit=false", "--disable-build-servers", "-nologo", "-v", "quiet"];
        }
        else if (command[0] == "dotnet")
        {
            // Compiling takes longer than all the rest: the short set publishes what the tests were built with.
            (folder, mapped) = (RepositoryFolder.Path, [.. mapped, "--no-build", "-nologo", "-v", "quiet"]);
            mapped[Array.IndexOf(mapped, "-c") + 1] = typeof(Program).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        }
        else if (command[0] != "mkdir") throw new InvalidOperationException($"Nobody has taught the test what this does: RUN {string.Join(' ', command)}");
        Do(folder, mapped[0], mapped[1..]);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It fails; with what it said.</exception>
    internal static void Do(string folder, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ends with {process.ExitCode}: {output}{error.Result}");
    }

    public void Dispose()
    {
        try
        {
            _home.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A leftover folder in the temporary directory is not worth a red test.
        }
    }
}
