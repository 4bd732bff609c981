using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Wayward.Core.Reports.Contracts;

/// <summary>
/// Makes the JSON Schema of a contract's record. What a type cannot say stands in attributes: <c>Description</c>, <c>AllowedValues</c>, <c>RegularExpression</c>, <c>Range</c>,
/// and <c>DataType(DateTime)</c> for a UTC time.
/// </summary>
internal static class ContractSchema
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Refine };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(string name, string title, JsonTypeInfo type)
    {
        var schema = (JsonObject)type.GetJsonSchemaAsNode(Options);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "$id", "urn:" + name.Replace('.', ':').Replace('/', ':'));
        schema.Insert(2, "title", title);
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonNode Refine(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema) return node;
        // A member that does not apply is null, never left out; members may be added, so that others are allowed.
        if (schema["properties"] is JsonObject properties) schema["required"] = new JsonArray([.. properties.Select(p => JsonValue.Create(p.Key))]);
        if (context.PropertyInfo?.AttributeProvider is not { } member) return schema;
        foreach (var attribute in member.GetCustomAttributes(inherit: true))
        {
            switch (attribute)
            {
                case DescriptionAttribute description: schema["description"] = description.Description; break;
                case AllowedValuesAttribute { Values: [{ } only] }: schema["const"] = Node(only); break;
                case AllowedValuesAttribute allowed: schema["enum"] = new JsonArray([.. allowed.Values.Select(Node)]); break;
                case RegularExpressionAttribute expression: schema["pattern"] = expression.Pattern; break;
                case DataTypeAttribute { DataType: DataType.DateTime }: schema["format"] = "date-time"; break;
                case RangeAttribute range:
                    schema["minimum"] = Node(range.Minimum);
                    if (range.Maximum is not double.MaxValue) schema["maximum"] = Node(range.Maximum);
                    break;
            }
        }
        return schema;
    }

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        int number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(value.ToString()),
    };
}
