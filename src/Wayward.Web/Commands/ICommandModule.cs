using System.CommandLine;

namespace Wayward.Web.Commands;

/// <summary>
/// One command of the program: one public class with a parameterless constructor in this folder is all it takes, <see cref="CommandLine"/> finds it.
/// </summary>
/// <remarks>
/// The action returns an <see cref="ExitCode"/>; it throws <see cref="UsageException"/> for wrong options and <see cref="InputException"/> for unreadable input,
/// which become messages and exit codes in one place. It writes through the context, never to <see cref="Console"/>.
/// </remarks>
internal interface ICommandModule
{
    Command Build(CommandContext context);
}

/// <summary>What a command sees of the process around it.</summary>
internal sealed record CommandContext
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    /// <summary>Standard error is a terminal: progress may be drawn there.</summary>
    public bool ErrorIsTerminal { get; init; }
    /// <summary>Settings given as <c>--Section:Key=value</c>, in the order given.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Settings { get; init; } = [];
    /// <summary>Where relative paths and the second appsettings.json are looked up.</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();
}
