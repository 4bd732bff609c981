using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;

namespace Wayward.Web.Reports.Formats;

/// <summary>A table for spreadsheets, one finding a row, by RFC 4180. Characters that hide or reorder are made visible, and no cell starts a formula.</summary>
internal sealed class CsvReportWriter : IReportWriter
{
    private const int MaxText = 2_000;

    public string Name => "csv";
    public string Label => "CSV";
    public string MediaType => "text/csv; charset=utf-8; header=present";
    public string Extension => "csv";
    public int Order => 30;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        await using var stream = output.Open();
        // With a byte order mark: without it Excel reads UTF-8 as the local code page.
        await using var text = new StreamWriter(stream, new UTF8Encoding(true), 65_536);
        var csv = new Csv(text);
        csv.Header("id", "type", "severity", "band", "confidence", "status", "resolution", "assignee", "subject", "name", "members", "account", "region", "vpc", "subnet", "group",
            "transport", "provider", "addresses", "outcome", "basis", "first", "last", "records", "bytesOut", "bytesIn", "headline", "why", "techniques", "detected", "updated", "object", "line", "record");
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation)) Row(csv, new(dossier), dossier);
    }

    private static void Row(Csv csv, ExportedFinding x, FindingDossier dossier)
    {
        var f = x.Finding;
        csv.Text(f.Id).Text(f.Type.Name).Tenths(f.Severity).Text(SeverityBands.Of(f.Severity).ToString().ToLowerInvariant()).Number(f.Confidence)
            .Text(dossier.Status.Name()).Text(ContractValues.Name(dossier.Resolution)).Text(Safe(dossier.Assignee)).Text(Safe(f.Subject.Id)).Text(Safe(f.InstanceName))
            .Text(Safe(string.Join(' ', f.Members.Select(m => m.Id)))).Text(Safe(f.AccountId)).Text(Safe(f.Region)).Text(Safe(f.VpcId)).Text(Safe(f.SubnetId)).Text(Safe(f.Novelty.Cohort ?? f.Asg))
            .Text(f.Transport.Name()).Text(Safe(f.Provider)).Text(string.Join(' ', f.Addresses.Select(a => a.Address.ToString()).Distinct()))
            .Text(ContractValues.Name(f.Outcome)).Text(f.Basis.Name()).Time(f.First).Time(f.Last).Number(f.Count).Number(f.Out.Bytes).Number(f.In.Bytes)
            .Text(Safe(x.Title)).Text(Safe(FindingText.Why(f))).Text(string.Join(' ', AttackMapping.Of(f).Select(t => t.Id))).Time(dossier.DetectedAt).Time(dossier.UpdatedAt);
        if (dossier.Evidence.Count > 0) csv.Text(Safe(dossier.Evidence[0].Key)).Number(dossier.Evidence[0].Line).Text(Safe(dossier.Evidence[0].Text));
        else csv.Text(null).Text(null).Text(null);
        csv.EndRow();
    }

    private static string? Safe(string? text) => text is null ? null : SafeText.Plain(text, MaxText);
}
