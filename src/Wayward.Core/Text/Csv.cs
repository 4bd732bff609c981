using System.Globalization;
using System.Text;

namespace Wayward.Core.Text;

/// <summary>
/// Writes comma-separated values by RFC 4180, safe to open in a spreadsheet: a text cell that a spreadsheet would take for a formula gets an apostrophe in front
/// (OWASP, CSV injection). Numbers are written as they are.
/// </summary>
public sealed class Csv(TextWriter output)
{
    // Full-width forms too: spreadsheets of some locales fold them before they look.
    private static readonly System.Buffers.SearchValues<char> FormulaStarts = System.Buffers.SearchValues.Create("=+-@\t\r\n\0\uFF1D\uFF0B\uFF0D\uFF20");
    private static readonly System.Buffers.SearchValues<char> NeedQuotes = System.Buffers.SearchValues.Create(",\"\r\n");

    private bool _rowStarted;

    public Csv Text(string? value)
    {
        Separate();
        if (string.IsNullOrEmpty(value)) return this;
        bool formula = FormulaStarts.Contains(value[0]);
        if (!formula && value.AsSpan().IndexOfAny(NeedQuotes) < 0)
        {
            output.Write(value);
            return this;
        }
        output.Write('"');
        if (formula) output.Write('\'');
        output.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
        output.Write('"');
        return this;
    }

    public Csv Number(long value)
    {
        Separate();
        output.Write(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>A value in tenths, with one decimal.</summary>
    public Csv Tenths(int value)
    {
        Separate();
        output.Write((value / 10m).ToString("0.0", CultureInfo.InvariantCulture));
        return this;
    }

    public Csv Flag(bool value) => Text(value ? "true" : "false");

    /// <summary>ISO 8601, UTC.</summary>
    public Csv Time(long unixSeconds) => Text(UtcTime.Iso(unixSeconds));

    public void EndRow()
    {
        output.Write("\r\n");
        _rowStarted = false;
    }

    public void Header(params ReadOnlySpan<string> names)
    {
        foreach (string name in names) Text(name);
        EndRow();
    }

    private void Separate()
    {
        if (_rowStarted) output.Write(',');
        _rowStarted = true;
    }
}

/// <summary>Times as text, always UTC and always saying so.</summary>
public static class UtcTime
{
    /// <summary><c>2024-04-19T00:00:00Z</c>.</summary>
    public static string Iso(long unixSeconds) => At(unixSeconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2024-04-19T00:00:00.000Z</c>.</summary>
    public static string IsoMilliseconds(long unixMilliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2024-04-19 00:00:00 UTC</c>.</summary>
    public static string Words(long unixSeconds) => At(unixSeconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary><c>19 Apr 2024</c>.</summary>
    public static string Day(long unixSeconds) => At(unixSeconds).ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    // A record may claim any time; a moment that the calendar does not reach shows as its end rather than stopping the page.
    private static DateTimeOffset At(long unixSeconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(unixSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
}
