namespace Wayward.Core.Detection;

/// <summary>
/// The three boundaries of the decision at a first contact, in one place. Tests replace one of them to show that the comparison with the reference would notice.
/// </summary>
internal class Boundaries
{
    public static readonly Boundaries Exact = new();

    /// <summary>A gap equal to H still joins.</summary>
    public virtual bool Joins(long gap, long history) => gap <= history;

    /// <summary>An age equal to L is old enough.</summary>
    public virtual bool IsMature(long age, long learning) => age >= learning;

    /// <summary>A peer counts with a record that starts strictly before t.</summary>
    public virtual bool StartsBefore(long start, long time) => start < time;
}

/// <summary>The parameters in the units of the evaluation: seconds and plain numbers.</summary>
internal sealed class Parameters(DetectionOptions options, Boundaries boundaries)
{
    public DetectionOptions Options { get; } = options;
    public Boundaries Boundaries { get; } = boundaries;
    public long History { get; } = (long)options.HistoryWindow.TotalSeconds;
    public long Learning { get; } = (long)options.Learning.TotalSeconds;
    /// <summary>How old a use that made a finding must be before it counts as established.</summary>
    public long AlertedEstablishes { get; } = (long)options.AlertedEstablishes.TotalSeconds;
    public long Lateness { get; } = (long)options.AllowedLateness.TotalSeconds;
    public long CatalogHold { get; } = (long)options.CatalogHold.TotalSeconds;
    public long ClosedEpisodes { get; } = (long)options.ClosedEpisodes.TotalSeconds;
    /// <summary>An hour of a window that exceeds a daily volume holds at least this share of it in cells of nearly the rule's mean (<see cref="DnsVolumes.IsPossible"/>).</summary>
    public long VolumeShare { get; } = 6 * ((long)options.Patterns.TunnelWindow.TotalHours + 1);
    /// <summary>With fewer bytes than this in questions of such a mean, no hour is part of any volume.</summary>
    public long LeastQuestionBytes { get; } = Math.Min(options.Patterns.TunnelBytes / 12, options.Patterns.TunnelDayBytes / (6 * ((long)options.Patterns.TunnelWindow.TotalHours + 1)));
    public int LeastMeanBytes { get; } = Math.Min(options.Patterns.TunnelMeanBytes, options.Patterns.TunnelDayMeanBytes);
    public int LeastMeanBytesV6 { get; } = Math.Min(options.Patterns.TunnelMeanBytesV6, options.Patterns.TunnelDayMeanBytesV6);
    public long AnswerGrace { get; } = (long)options.AnswerGrace.TotalSeconds;

    /// <summary>Does a span [start, end] touch [t-H, t)?</summary>
    public bool Touches(long start, long end, long time) => Boundaries.StartsBefore(start, time) && end >= time - History;
}
