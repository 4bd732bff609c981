using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Shown = Wayward.Web.Components.Shared.Words;

namespace Wayward.Web.Reports;

/// <summary>The report as one HTML file that opens offline and prints on A4: no script, nothing loaded, all times UTC.</summary>
internal static class IncidentReportHtml
{
    public static string Write(IncidentReport report)
    {
        var html = new HtmlText();
        var finding = report.Finding;
        string headline = FindingText.Headline(finding);
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"").Text(ReportStyle.Policy).Markup("\">\n")
            .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
            .Markup("<title>").Text($"Finding {finding.Id}: {SafeText.Plain(headline, 120)}").Markup("</title>\n<style>").Markup(ReportStyle.Css).Markup("</style>\n</head>\n<body>\n");
        Header(html, report, headline);
        Timeline(html, report);
        Why(html, finding);
        Points(html, finding);
        Who(html, finding);
        Evidence(html, report);
        Decisions(html, report);
        Siblings(html, report);
        Parameters(html, report);
        html.Markup("<footer>").Text($"Made by {report.Generator} on {UtcTime.Words(report.GeneratedAt)} for ").Foreign(report.GeneratedBy, 100)
            .Text($". Resolver catalogue {finding.CatalogVersion}, hash {finding.CatalogHash}. All times are UTC. Severity runs from 1.0 to 8.9 (low below 4.0, medium below 7.0, high from there), confidence from 0 to 99.")
            .Markup("</footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Header(HtmlText html, IncidentReport report, string headline)
    {
        var finding = report.Finding;
        var (name, address) = FindingText.Target(finding);
        html.Markup("<header><p class=\"kicker\">").Text($"Incident report · {finding.Type.Name}").Markup("</p>\n<h1>").Foreign(headline).Markup("</h1>\n<div class=\"facts\">");
        Fact(html, "Severity", $"{Tenths(finding.Severity)} {SeverityBands.Of(finding.Severity)}");
        Fact(html, "Confidence", finding.Confidence.ToString(CultureInfo.InvariantCulture));
        Fact(html, "Outcome", Outcome(finding.Outcome));
        Fact(html, "State", State(report));
        Fact(html, "First contact", UtcTime.Words(finding.First));
        Fact(html, "Last contact", UtcTime.Words(finding.Last));
        html.Markup("</div></header>\n<table><tbody>\n");
        Pair(html, finding.Subject.Kind == SubjectKind.Instance ? "Instance" : "Cohort", Join(" ", finding.InstanceName, finding.Subject.Id));
        if (finding.Members.Count > 1) Pair(html, "Members", string.Join(", ", finding.Members.Select(m => m.Id)));
        Pair(html, "Where", Join(", ", Named("account", finding.AccountId), Named("region", finding.Region), Named("VPC", finding.VpcId), Named("subnet", finding.SubnetId), Named("Auto Scaling group", finding.Asg)));
        Pair(html, "Target", name == address ? address : $"{name} ({address})");
        Pair(html, "Transport", finding.Transport.Name());
        Pair(html, "Contacts", string.Create(CultureInfo.InvariantCulture,
            $"{finding.Count:N0} records; sent {finding.Out.Packets:N0} packets, {finding.Out.Bytes:N0} bytes; received {finding.In.Packets:N0} packets, {finding.In.Bytes:N0} bytes"));
        if (finding.Novelty.InnerSources.Count > 0) Pair(html, "Inner sources", string.Join(", ", finding.Novelty.InnerSources));
        Pair(html, "ATT&CK", string.Join("; ", AttackMapping.Of(finding).Select(t => $"{t.Id} {t.Name} ({t.Tactic})")) + $"; version {AttackMapping.Version}");
        Pair(html, "Assigned to", report.Assignee);
        Pair(html, "Note", report.Note);
        if (finding.Provisional) Pair(html, "Provisional", "Records of earlier contacts may still arrive; the first contact could move.");
        if (!finding.Reported) Pair(html, "Not reported", "Severity or confidence is below the report threshold; kept for reference.");
        Pair(html, "Finding", finding.Id);
        html.Markup("</tbody></table>\n<h3>Endpoints</h3>\n<table>");
        html.Head("Address", "Port", "Operator", "Kind", "First contact", "Last contact").Markup("<tbody>\n");
        foreach (var e in finding.Addresses)
        {
            html.Row(e.Address.ToString(), $"{(e.Protocol == 6 ? "TCP" : "UDP")} {e.Port.ToString(CultureInfo.InvariantCulture)}", e.Provider ?? "not in the catalogue", Shown.Tier(e.Tier),
                UtcTime.Words(e.FirstContact), UtcTime.Words(e.LastContact));
        }
        html.Markup("</tbody></table>\n");
    }

    private static void Timeline(HtmlText html, IncidentReport report)
    {
        html.Markup("<h2>Timeline</h2>\n");
        if (report.Timeline is not { } timeline)
        {
            html.Element("p", "The contact history of this instance is no longer in the store.");
            return;
        }
        html.Markup("<figure>").Markup(TimelineSvg.Write(timeline, report.Finding.Id)).Markup("<figcaption>")
            .Text("DNS destinations of ").Foreign(timeline.Instance.Id).Text(", one lane each, strength by bytes on a log scale; the strip beneath shows for which hours there were logs.").Markup("</figcaption></figure>\n");
    }

    private static void Why(HtmlText html, Finding finding)
    {
        html.Markup("<h2>Why this is new</h2>\n");
        string headline = FindingText.Headline(finding);
        foreach (string paragraph in FindingText.Explain(finding).Where(p => p != headline)) html.ForeignElement("p", paragraph);
        var novelty = finding.Novelty;
        html.Element("p", string.Create(CultureInfo.InvariantCulture,
            $"Observed since {UtcTime.Words(novelty.ObservedSince)}; {novelty.Coverage * 100:0.#} % of the hours before the first contact had records."));
        if (novelty.Usual.Count > 0)
        {
            html.Element("h3", "What was usual").Markup("<table>").Head("Address", "Transport", "Operator", "Since", "Last contact", "Days seen").Markup("<tbody>\n");
            foreach (var u in novelty.Usual)
                html.Row(u.Address.ToString(), u.Transport.Name(), u.Provider ?? "not in the catalogue", UtcTime.Words(u.Since), UtcTime.Words(u.LastContact), u.DaysSeen.ToString(CultureInfo.InvariantCulture));
            html.Markup("</tbody></table>\n");
        }
        if (novelty.Earlier.Count > 0)
        {
            html.Element("h3", "Earlier contacts that have aged out").Markup("<table>").Head("Address", "From", "To").Markup("<tbody>\n");
            foreach (var e in novelty.Earlier) html.Row(e.Address.ToString(), UtcTime.Words(e.Start), UtcTime.Words(e.End));
            html.Markup("</tbody></table>\n");
        }
    }

    private static void Points(HtmlText html, Finding finding)
    {
        html.Markup("<h2>The points</h2>\n");
        Waterfall(html, "Severity", finding.SeverityFactors, 100, tenths: true, $"{Tenths(finding.Severity)} {SeverityBands.Of(finding.Severity)}", finding.Severity);
        Waterfall(html, "Confidence", finding.ConfidenceFactors, 110, tenths: false, finding.Confidence.ToString(CultureInfo.InvariantCulture), finding.Confidence);
    }

    /// <summary>Each factor moves the sum by its points; the bars let the eye add up.</summary>
    private static void Waterfall(HtmlText html, string title, IReadOnlyList<ScoreFactor> factors, int scale, bool tenths, string total, int value)
    {
        html.Element("h3", title).Markup("<table class=\"waterfall\"><thead><tr><th>ScoreFactor</th><th>Because</th><th class=\"num\">Points</th><th></th></tr></thead><tbody>\n");
        int sum = 0;
        foreach (var factor in factors)
        {
            int from = Math.Min(sum, sum + factor.Points), to = Math.Max(sum, sum + factor.Points);
            html.Markup("<tr>").ForeignElement("td", Words(factor.Code)).ForeignElement("td", factor.Evidence)
                .Element("td class=\"num\"", Points(factor.Points, tenths, first: ReferenceEquals(factor, factors[0]))).Markup("<td class=\"bar\">");
            Bar(html, from, to, scale, factor.Points < 0 ? "#4d7a6b" : "#8a5a00");
            html.Markup("</td></tr>\n");
            sum += factor.Points;
        }
        html.Markup("<tr class=\"total\">").Element("td", "Sum").Element("td", sum == value ? "" : string.Create(CultureInfo.InvariantCulture, $"{(tenths ? Tenths(sum) : sum.ToString(CultureInfo.InvariantCulture))} before the limits of the scale"))
            .Element("td class=\"num\"", total).Markup("<td class=\"bar\">");
        Bar(html, 0, value, scale, "#1c2733");
        html.Markup("</td></tr>\n</tbody></table>\n");
    }

    /// <summary>The first line is where the sum starts, and carries no factor.</summary>
    private static string Points(int points, bool tenths, bool first) =>
        first ? (tenths ? Tenths(points) : points.ToString(CultureInfo.InvariantCulture)) : tenths ? Shown.SignedTenths(points) : Shown.Signed(points);

    private static void Bar(HtmlText html, int from, int to, int scale, string colour)
    {
        int x = Math.Clamp(from, 0, scale), width = Math.Clamp(to, 0, scale) - x;
        html.Markup(string.Create(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {scale} 8\" width=\"180\" height=\"12\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{scale}\" height=\"8\" fill=\"#f1f4f7\"/><rect x=\"{x}\" width=\"{Math.Max(width, 1)}\" height=\"8\" fill=\"{colour}\"/></svg>"));
    }

    private static void Who(HtmlText html, Finding finding)
    {
        var novelty = finding.Novelty;
        html.Markup("<h2>Who else, and what changed nearby</h2>\n");
        if (novelty.OtherCount == 0) html.Element("p", "No other instance talks to this target.");
        else
        {
            html.Element("p", string.Create(CultureInfo.InvariantCulture, $"{novelty.OtherCount:N0} other {(novelty.OtherCount == 1 ? "instance talks" : "instances talk")} to this target."))
                .Markup("<table>").Head("Instance", "Address", "Since", "Last contact", "Established", "Same cohort").Markup("<tbody>\n");
            foreach (var o in novelty.Others)
                html.Row(o.Instance.Id, o.Address.ToString(), UtcTime.Words(o.Since), UtcTime.Words(o.LastContact), o.Established ? "yes" : "no", o.SameCohort ? "yes" : "no");
            html.Markup("</tbody></table>\n");
        }
        foreach (string sentence in novelty.Nearby) html.ForeignElement("p", sentence);
        if (novelty.WasExpected is { } was) html.ForeignElement("p", was);
    }

    private static void Evidence(HtmlText html, IncidentReport report)
    {
        html.Markup("<h2>Evidence</h2>\n");
        if (report.Evidence.Count == 0)
        {
            html.Element("p", "No raw record was kept with this finding.");
            return;
        }
        html.Element("p", "The earliest raw records, as they stood in the log.").Markup("<table>").Head("Object", "Line", "Start", "Record").Markup("<tbody>\n");
        foreach (var e in report.Evidence)
        {
            html.Markup("<tr>").ForeignElement("td class=\"mono\"", e.Key is null ? $"object {e.ObjectId.ToString(CultureInfo.InvariantCulture)} (no longer in the ledger)" : $"{e.Container}/{e.Key}")
                .Element("td class=\"num\"", e.Line.ToString(CultureInfo.InvariantCulture)).Element("td class=\"time\"", UtcTime.Words(e.Start)).ForeignElement("td class=\"raw\"", e.Text).Markup("</tr>\n");
        }
        html.Markup("</tbody></table>\n");
    }

    private static void Decisions(HtmlText html, IncidentReport report)
    {
        html.Markup("<h2>Decisions and comments</h2>\n");
        if (report.ExpectedBy is { } rule)
            html.Markup("<p>").Text(string.Create(CultureInfo.InvariantCulture, $"Covered by expected-target rule {rule.Id}, made by ")).Foreign(rule.CreatedBy, 100).Text($" on {UtcTime.Words(rule.CreatedAt)}: ").Foreign(rule.Reason).Markup("</p>\n");
        if (report.Decisions.Count == 0) html.Element("p", "No decision has been recorded.");
        else
        {
            html.Markup("<table>").Head("When", "Who", "What").Markup("<tbody>\n");
            foreach (var d in report.Decisions)
            {
                html.Markup("<tr>").Element("td class=\"time\"", UtcTime.Words(d.At / 1000)).ForeignElement("td", d.Actor)
                    .Markup(d.Undone ? "<td class=\"undone\">" : "<td>").Foreign(d.Summary).Markup("</td></tr>\n");
            }
            html.Markup("</tbody></table>\n");
        }
        foreach (var c in report.Comments)
            html.Markup("<blockquote>").ForeignLines(c.Text).Markup("<footer>").Foreign(c.Author, 100).Text($", {UtcTime.Words(c.At / 1000)}").Markup("</footer></blockquote>\n");
    }

    private static void Siblings(HtmlText html, IncidentReport report)
    {
        if (report.Siblings.Count == 0) return;
        html.Markup("<h2>Other findings on this target</h2>\n<table>").Head("Subject", "Address", "First contact", "Severity", "State", "Finding").Markup("<tbody>\n");
        foreach (var s in report.Siblings) html.Row(s.Subject, s.Address, UtcTime.Words(s.First), Tenths(s.Severity), Shown.Status(s.Status).ToLowerInvariant(), s.Id);
        html.Markup("</tbody></table>\n");
    }

    private static void Parameters(HtmlText html, IncidentReport report)
    {
        html.Markup("<h2>Parameters of the detection</h2>\n<div class=\"params\">");
        foreach (var (key, value) in report.Parameters) html.Markup("<div>").ForeignElement("span", key).ForeignElement("span", value).Markup("</div>\n");
        html.Markup("</div>\n");
    }

    private static void Fact(HtmlText html, string name, string value) => html.Markup("<div>").Element("span", name).ForeignElement("b", value).Markup("</div>");

    private static void Pair(HtmlText html, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) html.Markup("<tr>").Element("th scope=\"row\"", name).ForeignElement("td", value).Markup("</tr>\n");
    }

    private static string State(IncidentReport report) =>
        report.Resolution == Resolution.None ? Shown.Status(report.Status).ToLowerInvariant() : $"{Shown.Status(report.Status).ToLowerInvariant()}, {Shown.Resolution(report.Resolution).ToLowerInvariant()}";

    private static string Outcome(ContactOutcome outcome) => FindingJson.Name(outcome).Replace('-', ' ');

    private static string Tenths(int value) => (value / 10m).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Words(string code) => code.Replace('-', ' ');

    private static string? Named(string what, string? value) => string.IsNullOrEmpty(value) ? null : $"{what} {value}";

    private static string Join(string separator, params ReadOnlySpan<string?> parts)
    {
        List<string> present = [];
        foreach (string? part in parts)
            if (!string.IsNullOrEmpty(part)) present.Add(part);
        return string.Join(separator, present);
    }
}
