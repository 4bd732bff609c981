using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Wayward.FlowLogs;

namespace Wayward.Core.GuardDuty;

/// <summary>
/// Reads GuardDuty's findings in every shape they are handed around in: lines of the export to S3, EventBridge events, answers of GetFindings by REST and by the command line,
/// SNS and SQS envelopes, Security Hub's ASFF, and mixtures of them. Member names are compared without case, because REST writes camelCase and the SDKs PascalCase.
/// </summary>
public static class GuardDutyReader
{
    private const int MaxDepth = 12;

    /// <summary>Reads a whole file: one JSON document, or one a line.</summary>
    /// <param name="name">Of the file, for problems.</param>
    /// <param name="content">UTF-8, not compressed.</param>
    public static void Read(string name, ReadOnlyMemory<byte> content, GuardDutyImport import)
    {
        if (content.Span.StartsWith("\xEF\xBB\xBF"u8)) content = content[3..];
        if (IsBlank(content.Span)) return;
        if (TryParse(content, out var whole, out _))
        {
            using (whole) Begin(whole!.RootElement, new(name, 0, import));
            return;
        }
        long line = 0;
        while (!content.IsEmpty)
        {
            int end = content.Span.IndexOf((byte)'\n');
            var one = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            line++;
            if (IsBlank(one.Span)) continue;
            if (!TryParse(one, out var document, out string reason)) import.Problem(name, line, reason);
            else using (document) Begin(document!.RootElement, new(name, line, import));
        }
    }

    private readonly record struct Place(string File, long Line, GuardDutyImport Import)
    {
        public void Problem(string reason) => Import.Problem(File, Line, reason);
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static bool TryParse(ReadOnlyMemory<byte> text, out JsonDocument? document, out string reason)
    {
        document = null;
        reason = "is not UTF-8";
        if (!Utf8.IsValid(text.Span)) return false;
        try
        {
            document = JsonDocument.Parse(text);
            reason = "";
            return true;
        }
        catch (JsonException e)
        {
            reason = string.Create(CultureInfo.InvariantCulture, $"is not JSON: at byte {e.BytePositionInLine}");
            return false;
        }
    }

    private static void Begin(JsonElement item, Place place)
    {
        try
        {
            Visit(item, place, 0);
        }
        // A name or text with half of a surrogate pair, written as an escape, is valid JSON and no text.
        catch (InvalidOperationException)
        {
            place.Problem("holds characters that are no text");
        }
    }

    private static void Visit(JsonElement item, Place place, int depth)
    {
        if (depth > MaxDepth) place.Problem("envelopes are nested too deeply");
        else if (item.ValueKind == JsonValueKind.Array) foreach (var one in item.EnumerateArray()) Visit(one, place, depth + 1);
        else if (item.ValueKind != JsonValueKind.Object) place.Problem("is no object");
        else if (Member(item, "Message") is { ValueKind: JsonValueKind.String } message && Text(item, "Type") == "Notification") Inner(message, place, depth);
        else if (Member(item, "Sns") is { ValueKind: JsonValueKind.Object } sns) Visit(sns, place, depth + 1);
        else if ((Member(item, "Messages") ?? Member(item, "Records")) is { ValueKind: JsonValueKind.Array } envelopes) foreach (var one in envelopes.EnumerateArray()) Visit(one, place, depth + 1);
        else if (Member(item, "Body") is { ValueKind: JsonValueKind.String } body) Inner(body, place, depth);
        else if (Member(item, "detail") is { ValueKind: JsonValueKind.Object } detail) Visit(detail, place, depth + 1);
        else if (Member(item, "findings") is { ValueKind: JsonValueKind.Array } findings) foreach (var one in findings.EnumerateArray()) Visit(one, place, depth + 1);
        else if (Text(item, "ProductArn") is { } product) Asff(item, product, place);
        else if (Text(item, "type") is not null && Text(item, "id") is not null) Finding(item, place);
        else place.Problem("is no finding of GuardDuty, nor an envelope of one");
    }

    private static void Inner(JsonElement text, Place place, int depth)
    {
        if (!TryParse(Encoding.UTF8.GetBytes(text.GetString()!), out var document, out string reason)) place.Problem("the enclosed message " + reason);
        else using (document) Visit(document!.RootElement, place, depth + 1);
    }

    private static void Finding(JsonElement item, Place place)
    {
        var service = Member(item, "service");
        var instance = Member(Member(item, "resource"), "instanceDetails");
        if (IsSample(Text(item, "title"), Text(instance, "instanceId"), Member(service, "additionalInfo")))
        {
            place.Import.Samples++;
            return;
        }
        string type = Text(item, "type")!;
        if (!GuardDutyFinding.Types.ContainsKey(type))
        {
            place.Import.OtherTypes++;
            return;
        }
        var action = Member(Member(service, "action"), "networkConnectionAction");
        var remote = Member(action, "remoteIpDetails");
        Add(place, new(
            Text(item, "accountId") ?? "", Text(item, "region") ?? "", Text(item, "id")!, type, Text(instance, "instanceId"), Address(Text(remote, "ipAddressV4") ?? Text(remote, "ipAddressV6")),
            (int)(Number(Member(action, "remotePortDetails"), "port") ?? 0), Protocol(Text(action, "protocol")), Seconds(service, "eventFirstSeen") ?? Seconds(item, "createdAt") ?? 0, Seconds(service, "eventLastSeen") ?? Seconds(item, "updatedAt") ?? 0,
            Milliseconds(item, "updatedAt") ?? 0, Number(service, "count") is { } count ? (long)count : 1, Tenths(Number(item, "severity")), Flag(service, "archived"), Text(item, "title") ?? type));
    }

    /// <summary>Security Hub's form: the details are strings under <c>aws/guardduty/service/…</c>.</summary>
    private static void Asff(JsonElement item, string product, Place place)
    {
        const string Prefix = "aws/guardduty/service/", Connection = Prefix + "action/networkConnectionAction/";
        string? type = product.EndsWith("product/aws/guardduty", StringComparison.Ordinal) ? Types(item).Select(OwnType).FirstOrDefault(t => t is not null) : null;
        if (type is null)
        {
            place.Import.OtherTypes++;
            return;
        }
        var fields = Member(item, "ProductFields");
        string arn = Text(item, "Id") ?? "";
        string? instance = Member(item, "Resources") is { ValueKind: JsonValueKind.Array } resources
            ? resources.EnumerateArray().Select(r => Text(r, "Id")).FirstOrDefault(r => r is not null && r.Contains("/i-", StringComparison.Ordinal)) is { } resource ? resource[(resource.LastIndexOf('/') + 1)..] : null : null;
        if (Flag(item, "Sample") || Text(fields, Prefix + "additionalInfo/sample") == "true" || IsSample(Text(item, "Title"), instance, null))
        {
            place.Import.Samples++;
            return;
        }
        var action = Member(Member(item, "Action"), "NetworkConnectionAction");
        Add(place, new(
            Text(item, "AwsAccountId") ?? "", Text(item, "Region") ?? arn.Split(':').ElementAtOrDefault(3) ?? "", arn[(arn.LastIndexOf('/') + 1)..], type, instance,
            Address(Text(Member(action, "RemoteIpDetails"), "IpAddressV4") ?? Text(fields, Connection + "remoteIpDetails/ipAddressV4") ?? Text(fields, Connection + "remoteIpDetails/ipAddressV6")),
            (int)(Number(Member(action, "RemotePortDetails"), "Port") ?? Number(fields, Connection + "remotePortDetails/port") ?? 0), Protocol(Text(action, "Protocol") ?? Text(fields, Connection + "protocol")),
            Seconds(item, "FirstObservedAt") ?? Seconds(item, "CreatedAt") ?? 0, Seconds(item, "LastObservedAt") ?? Seconds(item, "UpdatedAt") ?? 0, Milliseconds(item, "UpdatedAt") ?? 0,
            Number(fields, Prefix + "count") is { } count ? (long)count : 1, Tenths(Number(Member(item, "Severity"), "Product") ?? Number(Member(item, "Severity"), "Normalized") / 10), Text(fields, Prefix + "archived") == "true" || Text(item, "RecordState") == "ARCHIVED",
            Text(item, "Title") ?? type));
    }

    private static void Add(Place place, GuardDutyFinding finding)
    {
        if (finding.Account.Length == 0 || finding.Region.Length == 0 || finding.Id.Length == 0) place.Problem("the finding has no account, Region or id");
        else if (finding.UpdatedAt == 0) place.Problem("the finding has no time of its last update");
        else place.Import.Add(finding);
    }

    private static IEnumerable<string> Types(JsonElement item) =>
        (Member(item, "Types") ?? Member(Member(item, "FindingProviderFields"), "Types")) is { ValueKind: JsonValueKind.Array } types ? types.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!) : [];

    /// <summary><c>TTPs/DefenseEvasion/EC2:Unusual-DNS-Resolver</c> without the hyphens and in GuardDuty's order.</summary>
    private static string? OwnType(string type)
    {
        string plain = Plain(type[(type.LastIndexOf(':') + 1)..]);
        return GuardDutyFinding.Types.Keys.FirstOrDefault(t => Plain(t[(t.LastIndexOf('/') + 1)..]) == plain);
        static string Plain(string text) => text.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
    }

    /// <summary>A finding that GuardDuty made to show what findings look like.</summary>
    private static bool IsSample(string? title, string? instance, JsonElement? info)
    {
        if (title?.StartsWith("[SAMPLE]", StringComparison.OrdinalIgnoreCase) == true || instance == "i-99999999" || Flag(info, "sample")) return true;
        if (Text(info, "value") is not { Length: > 0 } value || !TryParse(Encoding.UTF8.GetBytes(value), out var document, out _)) return false;
        using (document) return document!.RootElement.ValueKind == JsonValueKind.Object && Flag(document.RootElement, "sample");
    }

    private static JsonElement? Member(JsonElement? item, string name)
    {
        if (item is not { ValueKind: JsonValueKind.Object } present) return null;
        if (present.TryGetProperty(name, out var exact)) return exact;
        foreach (var member in present.EnumerateObject()) if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)) return member.Value;
        return null;
    }

    private static string? Text(JsonElement? item, string name) => Member(item, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static decimal? Number(JsonElement? item, string name) => decimal.TryParse(Text(item, name), NumberStyles.Number, CultureInfo.InvariantCulture, out decimal value) && value is >= 0 and < 1_000_000_000 ? value : null;

    private static bool Flag(JsonElement? item, string name) => Member(item, name) is { } value && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.GetString() == "true"));

    private static IpAddress? Address(string? text) => IpAddress.TryParse(text, out var address) && !address.IsNone ? address : null;

    private static int Protocol(string? text) => text?.ToUpperInvariant() switch { "TCP" or "6" => 6, "UDP" or "17" => 17, _ => 0 };

    private static int Tenths(decimal? severity) => (int)Math.Round((severity ?? 0) * 10);

    private static long? Milliseconds(JsonElement? item, string name) =>
        DateTimeOffset.TryParse(Text(item, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeMilliseconds() : null;

    private static long? Seconds(JsonElement? item, string name) => Milliseconds(item, name) / 1_000;
}
