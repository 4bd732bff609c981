using System.Globalization;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>One cell of a timeline in words: for hover, for the keyboard's reader and for the table.</summary>
internal static class TimelineWords
{
    public static string Describe(InstanceTimeline timeline, LaneLine line, int index, Func<long, string> stamp)
    {
        var lane = line.Lane!;
        var words = new StringBuilder();
        words.Append(line.Kind == LaneLineKind.Fold
            ? $"{line.Title}, {Words.Count(line.Servers, "server")}\n"
            : $"{lane.Provider ?? "Not in the catalogue"}, {lane.Destination.Address} {Core.Resolvers.DnsTransports.Name(lane.Destination.Transport)}\n");
        words.Append(CultureInfo.InvariantCulture, $"{stamp(timeline.CellStart(index))}, {Width(timeline.Resolution)}\n");
        var cell = lane.Cells.FirstOrDefault(c => c.Index == index);
        words.Append(cell.Records > 0 ? Traffic(cell) : Silence(timeline.Coverage[index]));
        if (cell.Records > 0 && timeline.Coverage[index].State == CoverageState.Partly) words.Append("\nSome records of this time were lost or are missing.");
        foreach (var window in lane.Windows)
        {
            long start = timeline.CellStart(index);
            if (start + timeline.CellSeconds > window.From && start < window.To)
                words.Append(CultureInfo.InvariantCulture, $"\n{(window.Action == ExpectedAction.Expected ? "Expected by" : "Forbidden by")} rule {window.RuleId}.");
        }
        return words.ToString();
    }

    public static string Traffic(TimelineCell cell)
    {
        string outward = cell.Out.Records == 0 ? "No contact of its own"
            : $"{Words.Count(cell.Out.Records, "record")} out, {Words.Count(cell.Out.Packets, "packet")}, {Words.Bytes(cell.Out.Bytes)}";
        string inward = cell.In.Records == 0 ? "nothing came back" : $"{Words.Count(cell.In.Packets, "packet")} back, {Words.Bytes(cell.In.Bytes)}";
        string outcome = cell.Blocked ? " All blocked." : cell.Rejected > 0 ? $" {Words.Count(cell.Rejected, "record")} blocked." : "";
        return $"{outward}; {inward}.{outcome}";
    }

    /// <summary>What no traffic means here: silence only where it could have been seen.</summary>
    public static string Silence(CoverageCell coverage) => coverage.State switch
    {
        CoverageState.Logged => "Silent: this time was fully logged, and there was no contact.",
        CoverageState.Partly => $"No contact in what was logged ({coverage.LoggedHours} of {Words.Count(coverage.Hours, "hour")}{(coverage.SkipHours > 0 ? $", records lost in {coverage.SkipHours}" : "")}).",
        CoverageState.Missing => "No data: nothing is known of this time.",
        _ => "Outside the data.",
    };

    /// <summary>"Fully logged." or what is missing: above the hours of a cell, so that few contacts are not read as silence.</summary>
    public static string CoverageSentence(CoverageCell coverage) => coverage.State switch
    {
        CoverageState.Logged => "Fully logged.",
        CoverageState.Partly => Coverage(coverage) is var words ? char.ToUpperInvariant(words[0]) + words[1..] + "." : "",
        CoverageState.Missing => "Nothing is known of this time.",
        _ => "Outside the data.",
    };

    public static string Coverage(CoverageCell coverage) => coverage.State switch
    {
        CoverageState.Logged => "logged",
        CoverageState.Partly => coverage.SkipHours > 0 ? $"partly logged, records lost in {Words.Count(coverage.SkipHours, "hour")}" : $"partly logged, {coverage.LoggedHours} of {Words.Count(coverage.Hours, "hour")}",
        CoverageState.Missing => "missing",
        _ => "outside the data",
    };

    public static string Width(TimelineResolution resolution) => resolution switch { TimelineResolution.Hour => "one hour", TimelineResolution.SixHours => "six hours", _ => "one day" };

    public static string Group(LaneGroup group) => group switch { LaneGroup.New => "New here", LaneGroup.Usual => "Usual here", _ => "Other" };

    public static string GroupHelp(LaneGroup group, long learningDays, bool aroundFinding = false) => group switch
    {
        LaneGroup.New when aroundFinding => $"named by a finding, or first contacted at most {Words.Count(learningDays, "day")} before this finding",
        LaneGroup.New => "named by a finding, or first contacted within the last " + Words.Count(learningDays, "day"),
        LaneGroup.Usual => "first contacted while learning, or long in use",
        _ => "answers only, ambiguous ports, root and TLD servers",
    };
}
