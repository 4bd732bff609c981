using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Wayward.Web.Tests.Deployment;

/// <summary>docker-compose.yml with its shared blocks resolved as Compose does.</summary>
internal static partial class ComposeFile
{
    public static Dictionary<object, object> All { get; } = Read();

    public static IEnumerable<string> Services => ((Dictionary<object, object>)All["services"]).Keys.Cast<string>();

    public static Dictionary<object, object> Service(string name) => (Dictionary<object, object>)((Dictionary<object, object>)All["services"])[name];

    /// <summary>Null where the image's own is used.</summary>
    public static string[]? CommandOf(string name) => Service(name).TryGetValue("command", out object? command) ? [.. ((List<object>)command).Cast<string>()] : null;

    public static string[] Command(string name) => CommandOf(name)!;

    public static Dictionary<string, string> Environment(string name) =>
        Service(name).TryGetValue("environment", out object? environment) ? ((Dictionary<object, object>)environment).ToDictionary(e => (string)e.Key, e => (string)e.Value) : [];

    /// <summary>Source and target of each volume, and whether it may be written.</summary>
    public static IEnumerable<(string From, string To, bool Writable)> Volumes(string name) =>
        ((List<object>)Service(name)["volumes"]).Cast<string>().Select(v => Defaults(v).Split(':')).Select(v => (v[0], v[1], v is not [_, _, "ro"]));

    /// <summary>The text as it is when no variable is set.</summary>
    public static string Defaults(string text) => Variable().Replace(text, m => m.Groups["default"].Value);

    private static Dictionary<object, object> Read()
    {
        using var text = new StreamReader(RepositoryFolder.Of("docker-compose.yml"));
        return new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
    }

    [GeneratedRegex(@"\$\{[A-Z_]+:-(?<default>[^}]*)\}")]
    private static partial Regex Variable();
}
