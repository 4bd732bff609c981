using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Reports.Summaries;

/// <summary>The tables of a period's report, alike in every format for people. Cells may hold foreign text.</summary>
internal static class PeriodWords
{
    public static string Span(PeriodSummary period) => (period.From, period.To) switch
    {
        (null, null) => "the whole time",
        ({ } from, null) => "the time since " + UtcTime.Words(from),
        (null, { } to) => "the time until " + UtcTime.Words(to),
        ({ } from, { } to) => $"{UtcTime.Words(from)} to {UtcTime.Words(to)}",
    };

    public static IEnumerable<(string Title, IReadOnlyList<string> Head, IEnumerable<string[]> Rows)> Tables(PeriodSummary period)
    {
        yield return ("What was found", ["Type", "Transport", "Severity", "Findings"],
            period.By(g => (g.Type, g.Transport, g.Band)).Select(g => new[] { g.Part.Type.Name, g.Part.Transport.Name(), g.Part.Band.ToString(), Words.Count(g.Count) }));
        yield return ("Targets", ["Operator or address", "Findings"], period.Targets.Select(t => new[] { t.Target, Words.Count(t.Count) }));
        yield return ("What was decided", ["State", "Findings"],
            period.By(g => (g.Status, g.Resolution)).Select(g => new[] { g.Part.Status == FindingStatus.Closed && g.Part.Resolution != Resolution.None ? $"Closed: {Words.Resolution(g.Part.Resolution).ToLowerInvariant()}" : Words.Status(g.Part.Status), Words.Count(g.Count) }));
        yield return ("By whom", ["Person", "Findings"], period.ByActor.Select(a => new[] { a.Actor, Words.Count(a.Findings) }));
        yield return ("Still open", ["Severity", "Subject", "Target", "Transport", "First contact", "Assigned to", "Finding"],
            period.Open.Select(f => new[] { Words.Severity(f.Severity), f.Subject, f.Target, f.Transport, UtcTime.Words(f.First), f.Assignee ?? "", f.Id }));
    }
}
