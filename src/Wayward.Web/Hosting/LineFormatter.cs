using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Wayward.Core.Text;

namespace Wayward.Web.Hosting;

/// <summary>
/// Writes a log entry as one line: UTC time, level, category, message. Names of files and keys, and what servers answer, come from elsewhere, so every control and hidden character is shown as
/// <c>[U+000A]</c>: no name can begin a line of its own or send an escape sequence to a terminal. The lines of an exception follow, each indented.
/// </summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(Name)
{
    public new const string Name = "wayward";

    private const int MaxMessage = 8_000, MaxLine = 2_000, MaxLines = 200;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(LevelOf(logEntry.LogLevel));
        textWriter.Write(logEntry.Category);
        textWriter.Write(": ");
        textWriter.WriteLine(SafeText.Plain(Secrets.Redact(message), MaxMessage));
        if (logEntry.Exception is null) return;
        // A line feed in the exception's message begins an indented line too, which nobody takes for an entry.
        foreach (string line in Secrets.Redact(logEntry.Exception.ToString()).ReplaceLineEndings("\n").Split('\n').Take(MaxLines))
        {
            textWriter.Write("      ");
            textWriter.WriteLine(SafeText.Plain(line, MaxLine));
        }
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => " trace ",
        LogLevel.Debug => " debug ",
        LogLevel.Information => " info ",
        LogLevel.Warning => " warn ",
        LogLevel.Error => " error ",
        _ => " fatal ",
    };
}
