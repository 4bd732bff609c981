using System.Globalization;
using Wayward.Core;

namespace Wayward.Storage.Maintenance;

/// <summary>
/// Configuration section <c>Retention</c>: how long each class of data keeps its detail. Findings, decisions, rules and the object ledger are kept for ever: forgetting an
/// object would count it again when it is listed again.
/// </summary>
public sealed record RetentionOptions
{
    public const string Section = "Retention";
    public const int MinimumDays = 60;

    /// <summary>Hour cells older than this, by the newest record seen, become one cell a day. 0 = never. Episodes, and so findings, do not depend on the hour within a day; sums do not change.</summary>
    public int CompactAfterDays { get; init; } = 180;

    /// <param name="historyWindow">H: what lies within it is needed by the hour.</param>
    public IReadOnlyList<string> Validate(TimeSpan historyWindow)
    {
        int least = Math.Max(MinimumDays, (int)Math.Ceiling(historyWindow.TotalDays) + 1);
        return new OptionRules(Section).Require(CompactAfterDays == 0 || CompactAfterDays >= least, nameof(CompactAfterDays), CompactAfterDays.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"0 (never) or at least {least} days (more than Detection:HistoryWindow)")).Errors;
    }
}
