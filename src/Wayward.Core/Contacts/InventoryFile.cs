using System.Globalization;
using System.Text.Json;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>An inventory file cannot be used; each error names file and place.</summary>
public sealed class InventoryFormatException(IReadOnlyList<string> errors) : FormatException(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}

/// <summary>
/// Reads an inventory: CSV with a header, a JSON array of objects with the same names, or what <c>aws ec2 describe-instances</c> and <c>describe-network-interfaces</c> print.
/// Told apart by content.
/// </summary>
public static class InventoryFile
{
    private const int MaxErrors = 20;

    private static readonly Dictionary<string, InstanceAttribute> Columns = new(StringComparer.OrdinalIgnoreCase)
    {
        ["account"] = InstanceAttribute.Account, ["region"] = InstanceAttribute.Region, ["vpc"] = InstanceAttribute.Vpc, ["subnet"] = InstanceAttribute.Subnet, ["asg"] = InstanceAttribute.Asg,
        ["image"] = InstanceAttribute.Image, ["launch-template"] = InstanceAttribute.LaunchTemplate, ["name"] = InstanceAttribute.Name, ["role"] = InstanceAttribute.Role,
    };

    private static string Known => "interface, instance, " + string.Join(", ", Columns.Keys) + ", addresses, from, to";

    /// <summary>The items as a JSON list that <see cref="Parse"/> reads.</summary>
    public static byte[] Write(IEnumerable<InventoryItem> items)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var item in items)
            {
                json.WriteStartObject();
                if (item.InterfaceId is { } eni) json.WriteString("interface", eni);
                if (item.InstanceId is { } instance) json.WriteString("instance", instance);
                foreach (var (name, attribute) in Columns)
                    if (item.Attributes.TryGetValue(attribute, out string? value)) json.WriteString(name, value);
                if (item.Addresses.Count > 0) json.WriteString("addresses", string.Join(' ', item.Addresses));
                if (item.From is { } from) json.WriteString("from", DateTimeOffset.FromUnixTimeSeconds(from));
                if (item.To is { } to) json.WriteString("to", DateTimeOffset.FromUnixTimeSeconds(to));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InventoryFormatException">All errors, at most twenty.</exception>
    public static Inventory Parse(string text, string name)
    {
        List<string> errors = [];
        List<InventoryItem> items = [];
        string trimmed = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        try
        {
            if (trimmed.StartsWith('[') || trimmed.StartsWith('{')) ReadJson(trimmed, name, items, errors);
            else ReadCsv(text, name, items, errors);
        }
        catch (JsonException e)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}:{e.LineNumber + 1}: not valid JSON"));
        }
        // The document is JSON, but a name or value of it is no text: half of a surrogate pair.
        catch (InvalidOperationException)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}:{LineOfBrokenText(trimmed)}: a name or value with half of a surrogate pair (\\ud800 to \\udfff), which is no text"));
        }
        return errors.Count > 0 ? throw new InventoryFormatException([.. errors.Take(MaxErrors)]) : new Inventory(items);
    }

    /// <returns>1-based.</returns>
    private static int LineOfBrokenText(string json)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) reader.GetString();
        }
        catch (InvalidOperationException)
        {
        }
        return bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1;
    }

    private static void ReadCsv(string text, string name, List<InventoryItem> items, List<string> errors)
    {
        string[]? header = null;
        int number = 0;
        foreach (string line in text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (line.Trim().Length == 0 || line.StartsWith('#')) continue;
            string[] cells = Split(line);
            if (header is null)
            {
                header = cells;
                foreach (string unknown in header.Where(h => !IsKnown(h))) errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}:{number}: '{unknown}' is not a column; known are {Known}"));
                if (errors.Count > 0) return;
                continue;
            }
            if (cells.Length != header.Length) errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}:{number}: {cells.Length} cells where the header has {header.Length}"));
            else Add(header.Zip(cells, (h, c) => KeyValuePair.Create(h, c)), string.Create(CultureInfo.InvariantCulture, $"{name}:{number}"), items, errors);
        }
        if (header is null) errors.Add($"{name}: empty; a header is needed, with columns of {Known}");
    }

    private static void ReadJson(string text, string name, List<InventoryItem> items, List<string> errors)
    {
        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var root = json.RootElement;
        if (root.ValueKind == JsonValueKind.Object)
        {
            bool any = false;
            foreach (var reservation in Items(root, "Reservations", ref any))
            {
                bool unused = false;
                foreach (var instance in Items(reservation, "Instances", ref unused)) ReadInstance(instance, Text(reservation, "OwnerId"), items);
            }
            foreach (var eni in Items(root, "NetworkInterfaces", ref any)) ReadInterface(eni, items);
            if (!any) errors.Add($"{name}: neither a list nor the output of describe-instances or describe-network-interfaces");
            return;
        }
        int number = 0;
        foreach (var element in root.EnumerateArray())
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{name}[{number++}]");
            if (element.ValueKind != JsonValueKind.Object)
            {
                errors.Add($"{place}: not an object");
                continue;
            }
            foreach (var unknown in element.EnumerateObject().Where(p => !IsKnown(p.Name))) errors.Add($"{place}: '{unknown.Name}' is not a member; known are {Known}");
            Add(element.EnumerateObject().Where(p => IsKnown(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value.ValueKind == JsonValueKind.Null ? "" : p.Value.ToString())), place, items, errors);
        }
    }

    private static void Add(IEnumerable<KeyValuePair<string, string>> cells, string place, List<InventoryItem> items, List<string> errors)
    {
        string? eni = null, instance = null;
        long? from = null, to = null;
        var addresses = new List<IpAddress>();
        var attributes = new Dictionary<InstanceAttribute, string>();
        int before = errors.Count;
        foreach (var (column, raw) in cells)
        {
            string value = raw.Trim();
            if (value.Length is 0 or > 4_096) continue;
            switch (column.Trim().ToLowerInvariant())
            {
                case "interface" when value.StartsWith("eni-", StringComparison.Ordinal): eni = value; break;
                case "instance" when value.StartsWith("i-", StringComparison.Ordinal): instance = value; break;
                case "interface": errors.Add($"{place}: interface '{value}' does not begin with eni-"); break;
                case "instance": errors.Add($"{place}: instance '{value}' does not begin with i-"); break;
                case "from": from = Time(value, place, errors); break;
                case "to": to = Time(value, place, errors); break;
                case "addresses": AddAddresses(value, addresses, place, errors); break;
                case var _ when value.Length > 512: break;
                default: attributes[Columns[column.Trim()]] = value; break;
            }
        }
        if (errors.Count > before) return;
        if (eni is null && instance is null) errors.Add($"{place}: names neither interface nor instance");
        else if (from >= to) errors.Add($"{place}: from must lie before to");
        else items.Add(new InventoryItem { InterfaceId = eni, InstanceId = instance, From = from, To = to, Attributes = attributes, Addresses = addresses });
    }

    private static void AddAddresses(string text, List<IpAddress> addresses, string place, List<string> errors)
    {
        foreach (string part in text.Split([' ', ';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IpAddress.TryParse(part, out var address)) addresses.Add(address);
            else errors.Add($"{place}: '{part}' is not an address");
        }
    }

    /// <summary>The shape of the EC2 API, action DescribeInstances. An instance's attachment times bound the mapping; its facts hold for all time, as the answer knows only the present.</summary>
    private static void ReadInstance(JsonElement instance, string? owner, List<InventoryItem> items)
    {
        if (Text(instance, "InstanceId") is not { } id) return;
        var attributes = new Dictionary<InstanceAttribute, string>();
        Put(attributes, InstanceAttribute.Account, owner);
        Put(attributes, InstanceAttribute.Vpc, Text(instance, "VpcId"));
        Put(attributes, InstanceAttribute.Subnet, Text(instance, "SubnetId"));
        Put(attributes, InstanceAttribute.Image, Text(instance, "ImageId"));
        if (instance.TryGetProperty("Placement", out var placement) && Text(placement, "AvailabilityZone") is { Length: > 1 } zone) Put(attributes, InstanceAttribute.Region, zone[..^1]);
        bool any = false;
        foreach (var tag in Items(instance, "Tags", ref any))
        {
            if (AttributeOfTag(Text(tag, "Key")) is { } attribute) Put(attributes, attribute, Text(tag, "Value"));
        }
        items.Add(new InventoryItem { InstanceId = id, Attributes = attributes });
        foreach (var eni in Items(instance, "NetworkInterfaces", ref any))
            items.Add(new InventoryItem { InterfaceId = Text(eni, "NetworkInterfaceId"), InstanceId = id, From = AttachTime(eni), Addresses = AddressesOf(eni) });
    }

    /// <summary>What a tag says of an instance; null for all others.</summary>
    public static InstanceAttribute? AttributeOfTag(string? key) => key switch
    {
        "Name" => InstanceAttribute.Name,
        "aws:autoscaling:groupName" => InstanceAttribute.Asg,
        "aws:ec2launchtemplate:id" => InstanceAttribute.LaunchTemplate,
        "wayward:role" => InstanceAttribute.Role,
        _ => null,
    };

    private static void ReadInterface(JsonElement eni, List<InventoryItem> items)
    {
        if (Text(eni, "NetworkInterfaceId") is not { } id) return;
        string? instance = eni.TryGetProperty("Attachment", out var attachment) ? Text(attachment, "InstanceId") : null;
        var attributes = new Dictionary<InstanceAttribute, string>();
        Put(attributes, InstanceAttribute.Account, Text(eni, "OwnerId"));
        Put(attributes, InstanceAttribute.Vpc, Text(eni, "VpcId"));
        Put(attributes, InstanceAttribute.Subnet, Text(eni, "SubnetId"));
        items.Add(new InventoryItem { InterfaceId = id, InstanceId = instance, From = AttachTime(eni), Attributes = attributes, Addresses = AddressesOf(eni) });
    }

    /// <summary>As the log has them: the private ones, and IPv6. A public IPv4 address is translated before an interface sees it.</summary>
    private static List<IpAddress> AddressesOf(JsonElement eni)
    {
        bool any = false;
        var addresses = new List<IpAddress>();
        foreach (var (list, name) in new[] { ("PrivateIpAddresses", "PrivateIpAddress"), ("Ipv6Addresses", "Ipv6Address") })
            foreach (var element in Items(eni, list, ref any))
                if (IpAddress.TryParse(Text(element, name) ?? "", out var address)) addresses.Add(address);
        return addresses;
    }

    private static long? AttachTime(JsonElement eni) =>
        eni.TryGetProperty("Attachment", out var attachment) && Text(attachment, "AttachTime") is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : null;

    private static long? Time(string text, string place, List<string> errors)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time.ToUnixTimeSeconds();
        errors.Add($"{place}: '{text}' is not a time such as 2026-01-31T00:00:00Z");
        return null;
    }

    private static void Put(Dictionary<InstanceAttribute, string> attributes, InstanceAttribute attribute, string? value)
    {
        if (!string.IsNullOrEmpty(value)) attributes[attribute] = value;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name, ref bool any)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array) return default;
        any = true;
        return list.EnumerateArray();
    }

    private static bool IsKnown(string column) => column.Trim().ToLowerInvariant() is "interface" or "instance" or "addresses" or "from" or "to" || Columns.ContainsKey(column.Trim());

    /// <summary>Cells of one line, quotes by RFC 4180; a quoted line break is not supported.</summary>
    private static string[] Split(string line)
    {
        List<string> cells = [];
        var cell = new System.Text.StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[++i]);
            else if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else cell.Append(c);
        }
        cells.Add(cell.ToString());
        return [.. cells];
    }
}
