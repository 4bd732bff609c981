using System.Text.Json;
using System.Text.Json.Serialization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.Serialization;

/// <summary>
/// The stored JSON form of findings and rules: camel case, enums as their stored numbers, addresses and prefixes as text. The default encoder
/// escapes everything outside ASCII and all of HTML's specials, so the text is inert wherever it ends up.
/// </summary>
public static class WaywardJson
{
    public static string Write(Finding finding) => JsonSerializer.Serialize(finding, WaywardJsonContext.Default.Finding);
    public static string Write(ExpectedTarget rule) => JsonSerializer.Serialize(rule, WaywardJsonContext.Default.ExpectedTarget);

    /// <exception cref="JsonException">Not a stored finding.</exception>
    public static Finding ReadFinding(string json) =>
        JsonSerializer.Deserialize(json, WaywardJsonContext.Default.Finding) ?? throw new JsonException("null is not a finding");

    /// <exception cref="JsonException">Not a stored rule.</exception>
    public static ExpectedTarget ReadExpectedTarget(string json) =>
        JsonSerializer.Deserialize(json, WaywardJsonContext.Default.ExpectedTarget) ?? throw new JsonException("null is not a rule");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(IpAddressJsonConverter), typeof(IpPrefixJsonConverter), typeof(InstanceKeyJsonConverter)])]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(ExpectedTarget))]
internal sealed partial class WaywardJsonContext : JsonSerializerContext;

/// <summary>Dotted or RFC 5952 text; none is the empty string.</summary>
public sealed class IpAddressJsonConverter : JsonConverter<IpAddress>
{
    public override IpAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = reader.GetString() ?? "";
        if (text.Length == 0) return IpAddress.None;
        return IpAddress.TryParse(text, out var address) ? address : throw new JsonException($"'{text}' is not an IP address.");
    }

    public override void Write(Utf8JsonWriter writer, IpAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.IsNone ? "" : value.ToString());
}

/// <summary>CIDR text, a single address without its length.</summary>
public sealed class IpPrefixJsonConverter : JsonConverter<IpPrefix>
{
    public override IpPrefix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IpPrefix.TryParse(reader.GetString() ?? "", out var prefix, out string? error) ? prefix : throw new JsonException(error);

    public override void Write(Utf8JsonWriter writer, IpPrefix value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>The id alone.</summary>
public sealed class InstanceKeyJsonConverter : JsonConverter<InstanceKey>
{
    public override InstanceKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");
    public override void Write(Utf8JsonWriter writer, InstanceKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.Id);
}
