using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports;

/// <summary>
/// A finding as other programs read it: the same members, in the same order, in a scan, a report and the API. Members are only ever added within a schema version.
/// </summary>
public static class FindingJson
{
    /// <summary>The encoder escapes everything that could end a script or a tag, so the text may also be put into a page.</summary>
    public static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes one object.</summary>
    public static void Write(Utf8JsonWriter json, Finding finding, FindingStatus status)
    {
        json.WriteStartObject();
        WriteMembers(json, finding, status);
        json.WriteEndObject();
    }

    /// <summary>Writes the members into an object that the caller opened and may add to.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Finding finding, FindingStatus status)
    {
        json.WriteString("id", finding.Id);
        json.WriteString("type", finding.Type.Name);
        json.WriteString("subject", finding.Subject.Id);
        json.WriteString("subjectKind", finding.Subject.Kind == SubjectKind.Instance ? "instance" : "cohort");
        json.WriteString("transport", finding.Transport.Name());
        json.WriteString("provider", finding.Provider);
        json.WriteStartArray("addresses");
        foreach (var address in finding.Addresses.Select(a => a.Address).Distinct()) json.WriteStringValue(address.ToString());
        json.WriteEndArray();
        json.WriteString("basis", finding.Basis.Name());
        json.WriteStartArray("members");
        foreach (var member in finding.Members) json.WriteStringValue(member.Id);
        json.WriteEndArray();
        json.WriteString("first", UtcTime.Iso(finding.First));
        json.WriteString("last", UtcTime.Iso(finding.Last));
        json.WriteNumber("count", finding.Count);
        json.WriteNumber("severity", Tenths(finding.Severity));
        json.WriteNumber("confidence", finding.Confidence);
        json.WriteBoolean("reported", finding.Reported);
        json.WriteString("status", status.Name());
        json.WriteBoolean("provisional", finding.Provisional);
        WriteFactors(json, "signs", finding.SeverityFactors);
        WriteFactors(json, "confidenceSigns", finding.ConfidenceFactors);

        json.WriteString("groupId", finding.GroupId);
        json.WriteString("severityBand", SeverityBands.Of(finding.Severity).ToString().ToLowerInvariant());
        json.WriteString("outcome", Name(finding.Outcome));
        json.WriteString("headline", FindingText.Headline(finding));
        json.WriteString("why", FindingText.Why(finding));
        WriteTraffic(json, "out", finding.Out);
        WriteTraffic(json, "in", finding.In);
        json.WriteStartArray("endpoints");
        foreach (var endpoint in finding.Addresses) WriteEndpoint(json, endpoint);
        json.WriteEndArray();
        json.WriteStartObject("context");
        json.WriteString("account", finding.AccountId);
        json.WriteString("region", finding.Region);
        json.WriteString("vpc", finding.VpcId);
        json.WriteString("subnet", finding.SubnetId);
        json.WriteString("asg", finding.Asg);
        json.WriteString("name", finding.InstanceName);
        json.WriteEndObject();
        WriteNovelty(json, finding.Novelty);
        json.WriteStartObject("attack");
        json.WriteString("version", AttackMapping.Version);
        json.WriteStartArray("techniques");
        foreach (var technique in AttackMapping.Of(finding))
        {
            json.WriteStartObject();
            json.WriteString("id", technique.Id);
            json.WriteString("name", technique.Name);
            json.WriteString("tactic", technique.Tactic);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("catalog");
        json.WriteString("version", finding.CatalogVersion);
        json.WriteString("hash", finding.CatalogHash);
        json.WriteEndObject();
    }

    /// <summary>One decimal always, so that 5.0 stays 5.0.</summary>
    public static decimal Tenths(int value) => new(Math.Abs(value), 0, 0, value < 0, 1);

    public static string Name(ContactOutcome outcome) => outcome switch
    {
        ContactOutcome.Answered => "answered",
        ContactOutcome.Unanswered => "unanswered",
        ContactOutcome.Blocked => "blocked",
        _ => "answer-blocked",
    };

    private static void WriteFactors(Utf8JsonWriter json, string name, IReadOnlyList<ScoreFactor> factors)
    {
        json.WriteStartArray(name);
        foreach (var factor in factors)
        {
            json.WriteStartObject();
            json.WriteString("sign", factor.Code);
            json.WriteNumber("points", factor.Points);
            json.WriteString("evidence", factor.Evidence);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTraffic(Utf8JsonWriter json, string name, TrafficSum sum)
    {
        json.WriteStartObject(name);
        json.WriteNumber("records", sum.Records);
        json.WriteNumber("packets", sum.Packets);
        json.WriteNumber("bytes", sum.Bytes);
        json.WriteEndObject();
    }

    private static void WriteEndpoint(Utf8JsonWriter json, FindingAddress endpoint)
    {
        json.WriteStartObject();
        json.WriteString("address", endpoint.Address.ToString());
        json.WriteNumber("protocol", endpoint.Protocol);
        json.WriteNumber("port", endpoint.Port);
        json.WriteString("provider", endpoint.Provider);
        json.WriteString("tier", endpoint.Tier.Letter());
        json.WriteString("first", UtcTime.Iso(endpoint.FirstContact));
        json.WriteString("last", UtcTime.Iso(endpoint.LastContact));
        json.WriteEndObject();
    }

    private static void WriteNovelty(Utf8JsonWriter json, Novelty novelty)
    {
        json.WriteStartObject("novelty");
        json.WriteString("observedSince", UtcTime.Iso(novelty.ObservedSince));
        json.WriteNumber("coverage", Math.Round(novelty.Coverage, 4));
        json.WriteNumber("historyWindowSeconds", novelty.HistoryWindow);
        json.WriteNumber("learningSeconds", novelty.Learning);
        json.WriteStartArray("usual");
        foreach (var usual in novelty.Usual)
        {
            json.WriteStartObject();
            json.WriteString("address", usual.Address.ToString());
            json.WriteString("transport", usual.Transport.Name());
            json.WriteString("provider", usual.Provider);
            json.WriteString("since", UtcTime.Iso(usual.Since));
            json.WriteString("last", UtcTime.Iso(usual.LastContact));
            json.WriteNumber("daysSeen", usual.DaysSeen);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("otherCount", novelty.OtherCount);
        json.WriteStartArray("others");
        foreach (var other in novelty.Others)
        {
            json.WriteStartObject();
            json.WriteString("instance", other.Instance.Id);
            json.WriteString("address", other.Address.ToString());
            json.WriteString("since", UtcTime.Iso(other.Since));
            json.WriteString("last", UtcTime.Iso(other.LastContact));
            json.WriteBoolean("established", other.Established);
            json.WriteBoolean("sameCohort", other.SameCohort);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("earlier");
        foreach (var earlier in novelty.Earlier)
        {
            json.WriteStartObject();
            json.WriteString("address", earlier.Address.ToString());
            json.WriteString("first", UtcTime.Iso(earlier.Start));
            json.WriteString("last", UtcTime.Iso(earlier.End));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("cohort", novelty.Cohort);
        json.WriteNumber("cohortPeers", novelty.CohortPeers);
        json.WriteNumber("cohortEstablished", novelty.CohortEstablished);
        WriteStrings(json, "nearby", novelty.Nearby);
        json.WriteString("wasExpected", novelty.WasExpected);
        WriteStrings(json, "path", novelty.Path);
        WriteStrings(json, "counterfactuals", novelty.Counterfactuals);
        WriteStrings(json, "innerSources", novelty.InnerSources.Select(a => a.ToString()));
        json.WriteEndObject();
    }

    internal static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
