using Wayward.Core.Detection;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Engine.Scan;

namespace Wayward.Web.Scan;

/// <summary>The result of a scan for a spreadsheet: findings, or contacts, one a row.</summary>
internal static class ScanCsv
{
    public static void WriteFindings(TextWriter output, ScanResult result)
    {
        var csv = new Csv(output);
        csv.Header("id", "type", "subject", "subjectKind", "transport", "provider", "addresses", "basis", "members", "first", "last", "count",
            "severity", "band", "confidence", "reported", "provisional", "outcome", "account", "vpc", "subnet", "why");
        foreach (var f in result.Findings)
        {
            csv.Text(f.Id).Text(f.Type.Name).Text(f.Subject.Id).Text(f.Subject.Kind == SubjectKind.Instance ? "instance" : "cohort")
                .Text(f.Transport.Name()).Text(f.Provider).Text(string.Join(' ', f.Addresses.Select(a => a.Address.ToString()).Distinct())).Text(f.Basis.Name())
                .Text(string.Join(' ', f.Members.Select(m => m.Id))).Time(f.First).Time(f.Last).Number(f.Count)
                .Tenths(f.Severity).Text(SeverityBands.Of(f.Severity).ToString().ToLowerInvariant()).Number(f.Confidence).Flag(f.Reported).Flag(f.Provisional)
                .Text(ContractValues.Name(f.Outcome)).Text(f.AccountId).Text(f.VpcId).Text(f.SubnetId).Text(FindingText.Why(f));
            csv.EndRow();
        }
    }

    public static void WriteContacts(TextWriter output, ScanResult result)
    {
        var csv = new Csv(output);
        csv.Header("instance", "address", "transport", "protocol", "port", "provider", "tier", "first", "last",
            "outRecords", "outPackets", "outBytes", "outRejected", "inRecords", "inPackets", "inBytes", "inRejected", "answered");
        foreach (var c in result.Contacts)
        {
            csv.Text(c.Instance.Id).Text(c.Endpoint.Address.ToString()).Text(c.Transport.Name()).Number(c.Endpoint.Protocol).Number(c.Endpoint.Port)
                .Text(c.Provider).Text(c.Tier.Letter()).Time(c.First).Time(c.Last)
                .Number(c.Out.Records).Number(c.Out.Packets).Number(c.Out.Bytes).Number(c.OutRejected)
                .Number(c.In.Records).Number(c.In.Packets).Number(c.In.Bytes).Number(c.InRejected).Flag(c.Answered);
            csv.EndRow();
        }
    }
}
