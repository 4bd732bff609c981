using System.Buffers;
using System.Text.Json;
using Wayward.Core.Reports;

namespace Wayward.Web.Reports.Formats;

/// <summary>A format with one JSON object a line. Only ASCII is written, so that no character of a name can act on what shows the file.</summary>
internal abstract class JsonLinesWriter : IReportWriter
{
    private const int FlushAt = 65_536;

    public abstract string Name { get; }
    public abstract string Label { get; }
    public abstract int Order { get; }
    public string MediaType => "application/x-ndjson; charset=utf-8";
    public string Extension => Name + ".jsonl";

    protected abstract void Write(Utf8JsonWriter json, ExportedFinding finding, FindingDossier dossier, FindingsReport report);

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        await using var stream = output.Open();
        var buffer = new ArrayBufferWriter<byte>(2 * FlushAt);
        await using var json = new Utf8JsonWriter(buffer);
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation))
        {
            json.Reset(buffer);
            Write(json, new(dossier), dossier, report);
            json.Flush();
            buffer.Write("\n"u8);
            if (buffer.WrittenCount < FlushAt) continue;
            await stream.WriteAsync(buffer.WrittenMemory, cancellation);
            buffer.ResetWrittenCount();
        }
        await stream.WriteAsync(buffer.WrittenMemory, cancellation);
    }
}

/// <summary>Short forms for what the formats write most.</summary>
internal static class JsonWriting
{
    /// <summary>Leaves the member out when there is no value.</summary>
    public static void Optional(this Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) json.WriteString(name, value);
    }

    public static void Strings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
