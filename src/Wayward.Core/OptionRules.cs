using System.Globalization;
using System.Runtime.CompilerServices;

namespace Wayward.Core;

/// <summary>Checks the values of one section of options. Every error names its key, the value and what is accepted; all are told at once.</summary>
/// <param name="section">Such as <c>Ingest</c>, or <c>Ingest:Sources:0</c> for an element of a list.</param>
public sealed class OptionRules(string section)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <param name="key">Of the value, below the section; by default the member that is given.</param>
    /// <param name="note">What explains a bound, such as <c>0 = one per core</c>.</param>
    public OptionRules Range(long value, long least, long most, string? note = null, [CallerArgumentExpression(nameof(value))] string key = "") =>
        Require(value >= least && value <= most, key, Text(value), $"{Text(least)} to {Text(most)}{Note(note)}");

    /// <inheritdoc cref="Range"/>
    public OptionRules Span(TimeSpan value, TimeSpan least, TimeSpan most, string? note = null, [CallerArgumentExpression(nameof(value))] string key = "") =>
        Require(value >= least && value <= most, key, value.ToString("c", CultureInfo.InvariantCulture), $"{least:c} to {most:c}{Note(note)}");

    /// <summary>Whole seconds between two bounds.</summary>
    public OptionRules Seconds(TimeSpan value, TimeSpan least, TimeSpan most, string? note = null, [CallerArgumentExpression(nameof(value))] string key = "")
    {
        bool inside = value >= least && value <= most;
        Span(value, least, most, note, key);
        if (inside && value.Ticks % TimeSpan.TicksPerSecond != 0) _errors.Add($"{section}:{key} is {value:c}; accepted are whole seconds.");
        return this;
    }

    /// <summary>A share from 0 to 1.</summary>
    public OptionRules Share(double value, [CallerArgumentExpression(nameof(value))] string key = "") =>
        Require(value is >= 0 and <= 1, key, value.ToString(CultureInfo.InvariantCulture), "0 to 1");

    /// <summary>An absolute http or https address, or nothing.</summary>
    public OptionRules Url(string? value, [CallerArgumentExpression(nameof(value))] string key = "") =>
        Require(string.IsNullOrEmpty(value) || (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"), key, $"'{value}'", "an http or https URL");

    /// <param name="shown">The value as the error shows it.</param>
    public OptionRules Require(bool good, string key, string shown, string accepted)
    {
        if (!good) _errors.Add($"{section}:{key} is {shown}; accepted is {accepted}.");
        return this;
    }

    /// <summary>An error in words of its own.</summary>
    /// <param name="key">Null = the section as a whole.</param>
    public void Add(string? key, string problem) => _errors.Add($"{section}{(key is null ? "" : ":" + key)}{(problem.StartsWith(':') ? "" : " ")}{problem}");

    /// <summary>Takes in what was found in an element of a list.</summary>
    public void Add(OptionRules element) => _errors.AddRange(element._errors);

    private static string Note(string? note) => note is null ? "" : $" ({note})";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
