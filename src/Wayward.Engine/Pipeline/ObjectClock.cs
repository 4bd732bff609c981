using System.Globalization;
using Wayward.FlowLogs;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// Bounds what an object says of the present by the program's clock. Records and file times come from outside: one record of the year 2100 in a file of the same date would otherwise move
/// the watermark of the whole ledger, and with it everything that follows the watermark.
/// </summary>
/// <param name="name">The object, for messages.</param>
/// <param name="now">Unix seconds, by the program's clock.</param>
/// <param name="tolerance">Seconds that an object may be ahead of it.</param>
internal readonly struct ObjectClock(string name, long now, long tolerance)
{
    /// <summary>When an object was last modified, as far as that can be: the reader refuses records that are later by more than the tolerance.</summary>
    /// <param name="lastModified">Unix seconds; 0 = unknown.</param>
    public long Of(long lastModified) => lastModified == 0 || lastModified > now ? now : lastModified;

    /// <exception cref="FlowObjectException">The object's own time is ahead of the program's clock by more than the tolerance.</exception>
    public void RequireNotAhead(long lastModified)
    {
        if (lastModified > now + tolerance) throw Ahead("the object is dated " + Text(lastModified));
    }

    /// <exception cref="FlowObjectException">All that the object holds is ahead of the program's clock.</exception>
    public void RequireNotAhead(FlowReadResult read)
    {
        if (read.Records == 0 && read.Quarantined.FirstOrDefault(q => q.Column == "start" && q.Reason.Contains("later than", StringComparison.Ordinal)) is { } line)
            throw Ahead(string.Create(CultureInfo.InvariantCulture, $"no record of it is of the present (line {line.Line}: {line.Reason})"));
    }

    private FlowObjectException Ahead(string what) =>
        new(name, what + ", more than " + TimeSpan.FromSeconds(tolerance).TotalHours.ToString("0", CultureInfo.InvariantCulture) + " hours ahead of this machine's clock (" + Text(now) + ")");

    private static string Text(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, -62_135_596_800, 253_402_300_799)).UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
