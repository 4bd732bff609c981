using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wayward.Core.Reports.Contracts;

/// <summary>
/// A JSON document that other programs read: a record of the shape, its serialiser, and the JSON Schema that is published for it.
/// </summary>
/// <param name="name">Such as <c>wayward.scan/1</c>; stands in the document's member <c>schema</c>.</param>
/// <param name="title">What the document is, for the published schema.</param>
public sealed class JsonContract<T>(string name, string title, JsonTypeInfo<T> type) : JsonContract(name, title, type) where T : class
{
    /// <summary>Writes the document and a line feed. Lists are enumerated while they are written, so memory does not grow with their length.</summary>
    public void Write(Stream output, T document)
    {
        JsonSerializer.Serialize(output, document, type);
        output.WriteByte((byte)'\n');
    }

    /// <summary>The document on one line, with its line feed.</summary>
    public byte[] Line(T document)
    {
        var buffer = new ArrayBufferWriter<byte>(4_096);
        using (var writer = new Utf8JsonWriter(buffer)) JsonSerializer.Serialize(writer, document, type);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The document without the line feed.</summary>
    public byte[] Bytes(T document) => JsonSerializer.SerializeToUtf8Bytes(document, type);
}

/// <inheritdoc cref="JsonContract{T}"/>
public abstract class JsonContract(string name, string title, JsonTypeInfo type)
{
    public string Name { get; } = name;

    /// <summary>The name of the published file: <c>wayward.scan-1.schema.json</c>.</summary>
    public string FileName => Name.Replace('/', '-') + ".schema.json";

    /// <summary>The JSON Schema (draft 2020-12) of the document, made from the record; ends with a line feed.</summary>
    public string Schema() => ContractSchema.Write(Name, title, type);
}

/// <summary>The contracts of this assembly.</summary>
public static class CoreContracts
{
    public static JsonContract<ReportDocument> Report { get; } = new(ReportDocument.SchemaId, "The report of one finding, as written by wayward report --format json.", ContractContext.Default.ReportDocument);
    public static JsonContract<IncidentDocument> Incident { get; } = new(IncidentDocument.SchemaId, "The report of an incident, as written by wayward report --incident NUMBER --format json.", ContractContext.Default.IncidentDocument);
    public static JsonContract<PeriodDocument> Period { get; } = new(PeriodDocument.SchemaId, "The report of a period, as written by wayward report --period --format json.", ContractContext.Default.PeriodDocument);
    public static JsonContract<FindingAnswer> Finding { get; } = new(FindingAnswer.SchemaId, "One finding with its triage state, as answered by GET /api/findings/ID.", ContractContext.Default.FindingAnswer);
}

// Metadata only: the generated fast path would write a list into one buffer instead of flushing it as it goes.
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FindingAnswer))]
[JsonSerializable(typeof(IncidentDocument))]
[JsonSerializable(typeof(PeriodDocument))]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ContractContext : JsonSerializerContext;
