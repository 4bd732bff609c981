using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Testing;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

public sealed class LineFormatterTests
{
    private static string Written(string message, Exception? exception = null)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var entry = new LogEntry<string>(LogLevel.Warning, "Wayward.Engine.X", default, message, exception, (state, _) => state);
        new LineFormatter(TimeProvider.System).Write(entry, null, text);
        return text.ToString();
    }

    [Theory]
    [InlineData("a\nfail: forged", "a[U+000A]fail: forged")]
    [InlineData("a\r\nb", "a[U+000D][U+000A]b")]
    [InlineData("\u001b[2J\u001b[31mred", "[U+001B][2J[U+001B][31mred")]
    [InlineData("a\u202egpj.log", "a[U+202E]gpj.log")]
    [InlineData("a\u0085b\u2028c", "a[U+0085]b[U+2028]c")]
    [InlineData("token=abcdefgh key", "token=[redacted] key")]
    public void What_a_name_holds_stays_on_the_line_of_its_entry(string message, string shown)
    {
        string written = Written(message);
        Assert.EndsWith($" warn Wayward.Engine.X: {shown}\n", written, StringComparison.Ordinal);
        Assert.Equal(1, written.Count(c => c == '\n'));
    }

    [Fact]
    public void No_hostile_name_begins_a_line_or_sends_an_escape_even_in_an_exception()
    {
        foreach (string name in HostileNames.All.Values)
        {
            string[] lines = Written($"{name} set aside", new FileNotFoundException($"Could not find '{name}'")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(lines.Skip(1), l => Assert.StartsWith("      ", l, StringComparison.Ordinal));
            Assert.All(lines, l => Assert.DoesNotContain(l, char.IsControl));
        }
    }
}
