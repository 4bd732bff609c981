using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>What became of a summary that had been kept.</summary>
public enum SavedSummary
{
    Taken,
    /// <summary>It was seen since, and that is not enough to carry the summary on.</summary>
    Outdated,
    /// <summary>It is not what was written, or was written by another program or with another catalogue.</summary>
    Damaged,
}

internal static class SavedSummaries
{
    /// <summary>Reads what <see cref="SummaryContent.Write"/> made of an instance of which nothing changed since, but perhaps when it was last seen.</summary>
    /// <param name="lastSeen">Largest end of its records, Unix seconds; null = it was touched since, and what is new follows.</param>
    /// <returns>The summary and <see cref="SavedSummary.Taken"/>, or null and the reason.</returns>
    public static (InstanceSummary? Summary, SavedSummary State) Read(InstanceKey key, byte[] content, long? lastSeen, DetectionEngine engine)
    {
        InstanceSummary? summary;
        try
        {
            summary = SummaryContent.Read(key, content, engine.Catalog);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or OverflowException or OutOfMemoryException)
        {
            summary = null;
        }
        if (summary is null) return (null, SavedSummary.Damaged);
        long end = summary.Epochs.Length > 0 ? summary.Epochs[^1].End : 0;
        bool isOutdated = lastSeen is { } seen && (seen < end || (seen > end && !summary.Extend(seen, engine.Matcher.AsksInterfaces)));
        return isOutdated ? (null, SavedSummary.Outdated) : (summary, SavedSummary.Taken);
    }
}
