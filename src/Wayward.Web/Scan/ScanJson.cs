using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Engine.Scan;

namespace Wayward.Web.Scan;

/// <summary>The result of a scan as other programs read it, schema <c>wayward.scan/1</c>. Members are only ever added within a version.</summary>
internal static class ScanJson
{
    public const string Schema = "wayward.scan/1";

    public static void Write(Stream output, ScanResult result, ResolverCatalog catalog)
    {
        using (var json = new Utf8JsonWriter(output, FindingJson.Options)) WriteDocument(json, result, catalog);
        output.WriteByte((byte)'\n');
    }

    private static void WriteDocument(Utf8JsonWriter json, ScanResult result, ResolverCatalog catalog)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteStartObject("catalog");
        json.WriteString("version", catalog.Version);
        json.WriteString("hash", catalog.Hash);
        json.WriteEndObject();
        WriteInput(json, result.Input);
        json.WriteStartArray("contacts");
        foreach (var contact in result.Contacts)
        {
            WriteContact(json, contact);
            // Rows grow with the fleet; the writer must not hold them all.
            if (json.BytesPending > 1 << 16) json.Flush();
        }
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in result.Findings)
        {
            FindingJson.Write(json, finding, FindingStatus.Open);
            if (json.BytesPending > 1 << 16) json.Flush();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, ScanInput input)
    {
        json.WriteStartObject("input");
        json.WriteNumber("objects", input.Objects);
        json.WriteNumber("bytes", input.Bytes);
        json.WriteNumber("records", input.Records);
        json.WriteNumber("contactRecords", input.ContactRecords);
        json.WriteStartObject("skipped");
        foreach (var (reason, count) in input.Skipped) json.WriteNumber(reason, count);
        json.WriteEndObject();
        json.WriteStartArray("quarantined");
        foreach (var line in input.Quarantined)
        {
            json.WriteStartObject();
            json.WriteString("file", line.File);
            if (line.Line is { } number) json.WriteNumber("line", number);
            else json.WriteNull("line");
            json.WriteString("reason", line.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("quarantinedCount", input.QuarantinedCount);
        json.WriteNumber("unreadable", input.Unreadable);
        json.WriteNumber("duplicates", input.Duplicates);
        json.WriteEndObject();
    }

    private static void WriteContact(Utf8JsonWriter json, ScanContact contact)
    {
        json.WriteStartObject();
        json.WriteString("instance", contact.Instance.Id);
        json.WriteString("address", contact.Endpoint.Address.ToString());
        json.WriteString("transport", contact.Transport.Name());
        json.WriteNumber("protocol", contact.Endpoint.Protocol);
        json.WriteNumber("port", contact.Endpoint.Port);
        json.WriteString("provider", contact.Provider);
        json.WriteString("tier", contact.Tier.Letter());
        json.WriteString("first", UtcTime.Iso(contact.First));
        json.WriteString("last", UtcTime.Iso(contact.Last));
        WriteTraffic(json, "out", contact.Out, contact.OutRejected);
        WriteTraffic(json, "in", contact.In, contact.InRejected);
        json.WriteBoolean("answered", contact.Answered);
        json.WriteEndObject();
    }

    private static void WriteTraffic(Utf8JsonWriter json, string name, TrafficSum sum, long rejected)
    {
        json.WriteStartObject(name);
        json.WriteNumber("records", sum.Records);
        json.WriteNumber("packets", sum.Packets);
        json.WriteNumber("bytes", sum.Bytes);
        json.WriteNumber("rejected", rejected);
        json.WriteEndObject();
    }
}
