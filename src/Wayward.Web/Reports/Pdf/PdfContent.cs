using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Reports.Pdf;

/// <summary>The parts of a report, from the same model as the HTML. Foreign text passes <see cref="SafeText"/> here.</summary>
internal static class PdfContent
{
    private const int Longest = 4_000;

    /// <param name="whole">With the timeline and the parameters, as the report of one finding has them.</param>
    public static IEnumerable<PdfPart> Of(FindingDossier dossier, bool whole)
    {
        var finding = dossier.Finding;
        yield return new PdfHeading(1, Safe(dossier.Headline));
        yield return new PdfText(finding.Type.Name, Faint: true);
        var facts = DossierWords.Facts(dossier);
        yield return new PdfTable([.. facts.Select(f => f.Name)], [1, 1, 1.1, 1.1, 1.6, 1.6], [[.. facts.Select(f => f.Value)]]);
        yield return new PdfTable([], [1, 4], [.. DossierWords.Pairs(dossier).Select(p => Row(p.Name, p.Value))]);
        yield return new PdfHeading(3, "Endpoints");
        yield return Table(["Address", "Port", "Operator", "Kind", "First contact", "Last contact"], [2, 1, 1.9, 1.5, 2.3, 2.3],
        [
            .. finding.Novelty.Rejected is { } rejected ? new[] { Row(rejected.Address.ToString(), rejected.Transport.Name(), "Rejected before", "", "", UtcTime.Words(rejected.At)) } : [],
            .. finding.Addresses.Select(e => Row(e.Address.ToString(), string.Create(CultureInfo.InvariantCulture, $"{Words.Protocol(e.Protocol)} {e.Port}"), Operator(e.Provider), Words.Tier(e.Tier), UtcTime.Words(e.FirstContact), UtcTime.Words(e.LastContact))),
        ]);
        if (whole)
        {
            yield return new PdfHeading(2, "Timeline");
            if (dossier.Timeline is { } timeline)
            {
                yield return PdfPictures.Of(timeline, finding.Id);
                yield return new PdfText($"DNS destinations of {Safe(timeline.Instance.Id)}, one lane each, strength by bytes on a log scale; the strip beneath shows for which hours there were logs.", Faint: true);
            }
            else yield return new PdfText("The contact history of this instance is no longer in the store.");
        }
        foreach (var part in Reasons(dossier).Concat(Points(finding)).Concat(Others(finding)).Concat(Record(dossier))) yield return part;
    }

    public static IEnumerable<PdfPart> Of(IncidentReport report)
    {
        var incident = report.Incident;
        yield return new PdfHeading(1, Safe($"Incident {incident.Id}: {incident.Title}"));
        yield return new PdfHeading(2, "Summary");
        foreach (string sentence in report.Summary) yield return new PdfText(Safe(sentence));
        if (incident.Narrative.Length > 0)
        {
            yield return new PdfHeading(2, "Narrative");
            foreach (string line in incident.Narrative.ReplaceLineEndings("\n").Split('\n').Where(l => !string.IsNullOrWhiteSpace(l))) yield return new PdfText(Safe(line), Indented: true);
        }
        yield return new PdfHeading(2, "Timeline");
        if (report.Picture.Lanes.Count > 0) yield return PdfPictures.Of(report.Picture);
        yield return Table(["When", "What", "Subject", "Who", "Detail"], [2, 1.2, 2, 1.1, 4], [.. report.Events.Select(e => Row(UtcTime.Words(e.At), Kind(e.Kind), e.Subject ?? "", e.Actor ?? "", e.Text))]);
        if (report.Tasks.Count > 0)
        {
            yield return new PdfHeading(2, "Tasks");
            yield return Table(["Task", "State"], [4, 2], [.. report.Tasks.Select(t => Row(t.Text, t is { DoneBy: { } by, DoneAt: { } at } ? $"done by {by}, {UtcTime.Words(at)}" : "open"))]);
        }
        if (report.Omitted > 0) yield return new PdfText($"{Words.Count(report.Omitted)} more findings of the incident are not in this report.");
        foreach (var dossier in report.Findings)
            foreach (var part in Of(dossier, whole: false)) yield return part;
    }

    public static IEnumerable<PdfPart> Of(PeriodReport report)
    {
        var period = report.Period;
        yield return new PdfHeading(1, $"Findings of {Summaries.PeriodWords.Span(period)}");
        if (period.Filters.Count > 0) yield return new PdfText(Safe("Filters: " + string.Join("; ", period.Filters) + "."));
        yield return new PdfHeading(2, "Summary");
        foreach (string sentence in report.Summary) yield return new PdfText(Safe(sentence));
        foreach (var (title, head, rows) in Summaries.PeriodWords.Tables(period))
        {
            List<IReadOnlyList<string>> lines = [.. rows.Select(r => Row(r))];
            yield return new PdfHeading(2, title);
            yield return lines.Count == 0 ? new PdfText("None.") : Table(head, [.. head.Select(Share)], lines);
        }
        if (period.OpenCount > period.Open.Count) yield return new PdfText($"{Words.Count(period.OpenCount - period.Open.Count)} more findings are open.");
    }

    /// <summary>What ends every report.</summary>
    public static IEnumerable<PdfPart> Foot(IReadOnlyList<KeyValuePair<string, string>> parameters, string generator, long at, string by, string catalog)
    {
        if (parameters.Count > 0)
        {
            yield return new PdfHeading(2, "Parameters of the detection");
            yield return Table(["Parameter", "Value", "Parameter", "Value"], [3.4, 1.2, 3.4, 1.2],
                [.. parameters.Chunk(2).Select(p => p.Length == 2 ? Row(p[0].Key, p[0].Value, p[1].Key, p[1].Value) : Row(p[0].Key, p[0].Value, "", ""))]);
        }
        yield return new PdfText($"Made by {generator} on {UtcTime.Words(at)} for {SafeText.Plain(by, 100)}.{catalog} All times are UTC. Severity runs from 1.0 to 8.9 (low below 4.0, medium below 7.0, high from there), confidence from 0 to 99.", Faint: true);
    }

    private static IEnumerable<PdfPart> Reasons(FindingDossier dossier)
    {
        var (finding, novelty) = (dossier.Finding, dossier.Finding.Novelty);
        yield return new PdfHeading(2, "Why this is new");
        foreach (string paragraph in FindingText.Explain(finding).Where(p => p != dossier.Headline)) yield return new PdfText(Safe(paragraph));
        yield return new PdfText(string.Create(CultureInfo.InvariantCulture, $"Observed since {UtcTime.Words(novelty.ObservedSince)}; {novelty.Coverage * 100:0.#} % of the hours before the first contact had records."));
        if (novelty.Usual.Count > 0)
        {
            yield return new PdfHeading(3, "What was usual");
            yield return Table(["Address", "Transport", "Operator", "Since", "Last contact", "Days seen"], [2, 1, 1.8, 2.3, 2.3, 1],
                [.. novelty.Usual.Select(u => Row(u.Address.ToString(), u.Transport.Name(), Operator(u.Provider), UtcTime.Words(u.Since), UtcTime.Words(u.LastContact), Words.Count(u.DaysSeen)))], 5);
        }
        if (novelty.Earlier.Count == 0) yield break;
        yield return new PdfHeading(3, "Earlier contacts that have aged out");
        yield return Table(["Address", "From", "To"], [2, 2, 2], [.. novelty.Earlier.Select(e => Row(e.Address.ToString(), UtcTime.Words(e.Start), UtcTime.Words(e.End)))]);
    }

    private static IEnumerable<PdfPart> Points(Finding finding)
    {
        yield return new PdfHeading(2, "The points");
        yield return new PdfHeading(3, "Severity");
        yield return Waterfall(finding.SeverityFactors, Words.SignedTenths, Words.Severity, $"{Words.Severity(finding.Severity)} {SeverityBands.Of(finding.Severity)}");
        yield return new PdfHeading(3, "Confidence");
        yield return Waterfall(finding.ConfidenceFactors, Words.Signed, p => p.ToString(CultureInfo.InvariantCulture), Words.Count(finding.Confidence));

        static PdfTable Waterfall(IReadOnlyList<ScoreFactor> factors, Func<int, string> signed, Func<int, string> plain, string total) =>
            Table(["Factor", "Because", "Points"], [1.6, 5, 0.9], [.. factors.Select((f, i) => Row(f.Code.Replace('-', ' '), f.Evidence, i == 0 ? plain(f.Points) : signed(f.Points))), Row("Sum", "", total)], 2);
    }

    private static IEnumerable<PdfPart> Others(Finding finding)
    {
        var novelty = finding.Novelty;
        yield return new PdfHeading(2, "Who else, and what changed nearby");
        yield return new PdfText(novelty.OtherCount == 0 ? "No other instance talks to this target." : $"{Words.Count(novelty.OtherCount)} other {(novelty.OtherCount == 1 ? "instance talks" : "instances talk")} to this target.");
        if (novelty.Others.Count > 0)
            yield return Table(["Instance", "Address", "Since", "Last contact", "Established", "Same group"], [2.2, 1.6, 2.1, 2.1, 1.1, 1.1],
                [.. novelty.Others.Select(o => Row(o.Instance.Id, o.Address.ToString(), UtcTime.Words(o.Since), UtcTime.Words(o.LastContact), o.Established ? "yes" : "no", o.SameCohort ? "yes" : "no"))]);
        foreach (string sentence in novelty.Nearby) yield return new PdfText(Safe(sentence));
        if (novelty.WasExpected is { } was) yield return new PdfText(Safe(was));
        yield return new PdfHeading(2, "What to do");
        foreach (var advice in Recommendations.For(finding)) yield return new PdfText(Safe(advice.Text), $"{advice.Step}.");
    }

    private static IEnumerable<PdfPart> Record(FindingDossier dossier)
    {
        yield return new PdfHeading(2, "Evidence");
        yield return new PdfText(dossier.Evidence.Count == 0 ? "No raw record was kept with this finding." : "The earliest raw records, as they stood in the log.");
        if (dossier.Evidence.Count > 0)
            yield return Table(["Object", "Line", "Start", "Record"], [3, 0.8, 1.3, 4.2], [.. dossier.Evidence.Select(e => Row(DossierWords.Object(e) + (e.Sha256 is { } hash ? "\nSHA-256 " + hash : ""), Words.Count(e.Line), UtcTime.Words(e.Start), e.Text))], 1);
        yield return new PdfHeading(2, "Decisions and comments");
        if (dossier.ExpectedBy is { } rule) yield return new PdfText(Safe($"Covered by expected-target rule {rule.Id}, made by {rule.CreatedBy} on {UtcTime.Words(rule.CreatedAt)}: {rule.Reason}"));
        if (dossier.Decisions.Count == 0) yield return new PdfText("No decision has been recorded.");
        else yield return Table(["When", "Who", "What"], [2, 1.5, 5], [.. dossier.Decisions.Select(d => Row(UtcTime.Words(d.At / 1000), d.Actor, d.Undone ? d.Summary + " (undone)" : d.Summary))]);
        foreach (var comment in dossier.Comments)
        {
            yield return new PdfText($"{UtcTime.Words(comment.At / 1000)}", SafeText.Plain(comment.Author, 100), Indented: true);
            foreach (string line in comment.Text.ReplaceLineEndings("\n").Split('\n', 200)) yield return new PdfText(Safe(line), Indented: true);
        }
        if (dossier.Siblings.Count == 0) yield break;
        yield return new PdfHeading(2, "Other findings on this target");
        yield return Table(["Subject", "Address", "First contact", "Severity", "State", "Finding"], [2.4, 1.6, 1.6, 0.9, 1.1, 2.6],
            [.. dossier.Siblings.Select(s => Row(s.InstanceName is null ? s.Subject.Id : $"{s.InstanceName} {s.Subject.Id}", s.Address, UtcTime.Words(s.First), Words.Severity(s.Severity), Words.Status(s.Status).ToLowerInvariant(), s.Id))], 3);
    }

    private static PdfTable Table(IReadOnlyList<string> head, IReadOnlyList<double> widths, IReadOnlyList<IReadOnlyList<string>> rows, params int[] numbers) => new(head, widths, rows) { Numbers = numbers.ToHashSet() };

    private static IReadOnlyList<string> Row(params IReadOnlyList<string> cells) => [.. cells.Select(Cell)];

    /// <summary>Each line by itself, so that the line feeds which a cell is made with are not shown as characters.</summary>
    private static string Cell(string text) => text.Contains("\nSHA-256 ", StringComparison.Ordinal) ? string.Join('\n', text.Split("\nSHA-256 ") is [var first, var hash] ? [Safe(first), "SHA-256 " + Safe(hash)] : [Safe(text)]) : Safe(text);

    private static string Safe(string text) => text.Length == 0 ? "" : SafeText.Plain(text, Longest);

    private static string Operator(string? provider) => provider ?? "not in the catalogue";

    private static double Share(string head) => head switch { "Finding" => 2.6, "Target" or "Subject" or "Operator or address" or "Type" => 2.4, "First contact" => 1.7, "Severity" or "Findings" or "Transport" => 1, _ => 1.4 };

    private static string Kind(IncidentEventKind kind) => kind switch
    {
        IncidentEventKind.FirstContact => "first contact",
        IncidentEventKind.LastContact => "last contact",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
