using System.Globalization;
using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;

namespace Wayward.Web.Reports.Formats;

/// <summary>The report as Markdown (CommonMark with tables), for tickets and wikis. No HTML, no link, and foreign text is escaped.</summary>
internal sealed class MarkdownReportWriter : IReportWriter
{
    private const int MaxText = 2_000;

    public string Name => "markdown";
    public string Label => "Markdown";
    public string MediaType => "text/markdown; charset=utf-8";
    public string Extension => "md";
    public int Order => 15;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        await using var stream = output.Open();
        await using var text = new StreamWriter(stream, new UTF8Encoding(false), 65_536) { NewLine = "\n" };
        bool first = true;
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation))
        {
            if (!first) text.Write("\n---\n\n");
            first = false;
            Finding(text, dossier);
        }
        if (first) text.Write("# Findings\n\nNo finding.\n");
        text.Write($"\n---\n\nMade by {MarkdownText.Of(report.Generator)} on {UtcTime.Words(report.GeneratedAt)} for {MarkdownText.Of(report.GeneratedBy)}. All times are UTC. "
            + "Severity runs from 1.0 to 8.9 (low below 4.0, medium below 7.0, high from there), confidence from 0 to 99.\n");
    }

    private static void Finding(TextWriter text, FindingDossier dossier)
    {
        var f = dossier.Finding;
        text.Write($"# {MarkdownText.Of(dossier.Headline, MaxText)}\n\n");
        text.Write(string.Create(CultureInfo.InvariantCulture, $"Severity **{f.Severity / 10m:0.0} {SeverityBands.Of(f.Severity)}**, confidence **{f.Confidence}**, {dossier.Status.Name()}"));
        if (dossier.Resolution != Resolution.None) text.Write($" ({ContractValues.Name(dossier.Resolution)})");
        text.Write(".\n\n");
        foreach (string reason in dossier.Reasons) text.Write(MarkdownText.Of(reason, MaxText) + "\n\n");
        if (f.Novelty.Nearby.Count > 0) text.Write("What changed nearby: " + MarkdownText.Of(string.Join(" ", f.Novelty.Nearby), MaxText) + "\n\n");
        Facts(text, dossier);
        Points(text, "Severity", f.SeverityFactors, p => (p / 10m).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture), (f.Severity / 10m).ToString("0.0", CultureInfo.InvariantCulture));
        Points(text, "Confidence", f.ConfidenceFactors, p => p.ToString("+0;-0;0", CultureInfo.InvariantCulture), f.Confidence.ToString(CultureInfo.InvariantCulture));
        Others(text, dossier);
        text.Write("## What to do\n\n");
        foreach (var advice in Recommendations.For(f)) text.Write($"- **{advice.Step}.** {MarkdownText.Of(advice.Text, MaxText)}\n");
        text.Write("\n## ATT&amp;CK\n\n");
        foreach (var t in AttackMapping.Of(f)) text.Write($"- {t.Id} {MarkdownText.Of(t.Name)}, {t.Tactic} (version {AttackMapping.Version})\n");
        Evidence(text, dossier);
        Record(text, dossier);
    }

    private static void Facts(TextWriter text, FindingDossier dossier)
    {
        var f = dossier.Finding;
        text.Write("| | |\n| --- | --- |\n");
        Row("Type", f.Type.Name);
        Row("Subject", f.InstanceName is null ? f.Subject.Id : $"{f.InstanceName} ({f.Subject.Id})");
        if (f.Subject.Kind == SubjectKind.Cohort) Row("Instances", string.Join(", ", f.Members.Select(m => m.Id)));
        Row("Target", string.Join(", ", f.Addresses.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Address} {(a.Protocol == 6 ? "TCP" : "UDP")} {a.Port}")).Distinct()));
        Row("Operator", f.Provider ?? f.Type.WithoutOperator);
        Row("Transport", f.Transport.Name());
        Row("First contact", UtcTime.Words(f.First));
        Row("Last contact", UtcTime.Words(f.Last));
        Row("Records", string.Create(CultureInfo.InvariantCulture, $"{f.Count:N0}; {f.Out.Bytes:N0} bytes out, {f.In.Bytes:N0} bytes in; {ContractValues.Name(f.Outcome)}"));
        Row("Account", f.AccountId);
        Row("Region", f.Region);
        Row("VPC and subnet", f.VpcId is null ? f.SubnetId : $"{f.VpcId} {f.SubnetId}");
        Row("Group", f.Novelty.Cohort ?? f.Asg);
        Row("Assigned to", dossier.Assignee);
        Row("Finding", f.Id);
        Row("Catalogue", $"{f.CatalogVersion}, hash {f.CatalogHash}");
        text.Write('\n');

        void Row(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value)) text.Write($"| {name} | {MarkdownText.Of(value, MaxText)} |\n");
        }
    }

    private static void Points(TextWriter text, string title, IReadOnlyList<ScoreFactor> factors, Func<int, string> points, string total)
    {
        text.Write($"## {title}\n\n| Points | Factor | Evidence |\n| ---: | --- | --- |\n");
        foreach (var factor in factors) text.Write($"| {points(factor.Points)} | {MarkdownText.Of(factor.Code)} | {MarkdownText.Of(factor.Evidence, MaxText)} |\n");
        text.Write($"| **{total}** | | |\n\n");
    }

    private static void Others(TextWriter text, FindingDossier dossier)
    {
        var novelty = dossier.Finding.Novelty;
        if (novelty.Usual.Count > 0)
        {
            text.Write("## What was usual\n\n| Address | Transport | Operator | Since | Days |\n| --- | --- | --- | --- | ---: |\n");
            foreach (var u in novelty.Usual) text.Write(string.Create(CultureInfo.InvariantCulture, $"| {u.Address} | {u.Transport.Name()} | {MarkdownText.Of(u.Provider)} | {UtcTime.Words(u.Since)} | {u.DaysSeen} |\n"));
            text.Write('\n');
        }
        if (novelty.Others.Count == 0) return;
        text.Write(string.Create(CultureInfo.InvariantCulture, $"## Who else\n\n{novelty.OtherCount} in all.\n\n| Instance | Address | Since |\n| --- | --- | --- |\n"));
        foreach (var o in novelty.Others) text.Write($"| {MarkdownText.Of(o.Instance.Id)} | {o.Address} | {UtcTime.Words(o.Since)} |\n");
        text.Write('\n');
    }

    private static void Evidence(TextWriter text, FindingDossier dossier)
    {
        if (dossier.Evidence.Count == 0) return;
        text.Write("\n## Raw records\n\n| Object | Line | Record |\n| --- | ---: | --- |\n");
        foreach (var e in dossier.Evidence)
            text.Write(string.Create(CultureInfo.InvariantCulture, $"| {MarkdownText.Of(e.Key is null ? "no longer in the ledger" : $"{e.Container}/{e.Key}", MaxText)}{(e.Sha256 is null ? "" : $" SHA-256 {e.Sha256}")} | {e.Line} | {MarkdownText.Of(e.Text, MaxText)} |\n"));
    }

    private static void Record(TextWriter text, FindingDossier dossier)
    {
        if (dossier.Decisions.Count > 0)
        {
            text.Write("\n## Decisions\n\n| When | Who | What |\n| --- | --- | --- |\n");
            foreach (var d in dossier.Decisions) text.Write($"| {UtcTime.IsoMilliseconds(d.At)} | {MarkdownText.Of(d.Actor)} | {MarkdownText.Of(d.Summary, MaxText)}{(d.Undone ? " (undone)" : "")} |\n");
        }
        if (dossier.Comments.Count == 0) return;
        text.Write("\n## Comments\n\n| When | Who | Comment |\n| --- | --- | --- |\n");
        foreach (var c in dossier.Comments) text.Write($"| {UtcTime.IsoMilliseconds(c.At)} | {MarkdownText.Of(c.Author)} | {MarkdownText.Of(c.Text, MaxText)} |\n");
    }
}
