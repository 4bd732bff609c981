using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Wayward.Engine.Sources.Aws;

/// <summary>An object that a message announces.</summary>
/// <param name="ETag">Without quotes; empty when the message has none.</param>
/// <param name="At">Unix seconds of the event; 0 when unknown.</param>
internal sealed record AnnouncedObject(string Bucket, string Key, string ETag, long Bytes, long At);

/// <summary>What a message says. <see cref="Understood"/> false: leave the message alone, it may be somebody else's.</summary>
internal sealed record NotificationContent(bool Understood, IReadOnlyList<AnnouncedObject> Created)
{
    public static readonly NotificationContent Foreign = new(false, []);
    public static readonly NotificationContent Nothing = new(true, []);
}

/// <summary>
/// Reads S3 event notifications, plain, wrapped by SNS, or sent by EventBridge. Sources: S3 user guide, "Event message structure" (keys are form-encoded: space is <c>+</c>) and
/// "EventBridge event message structure" (keys as they are).
/// </summary>
internal static class S3Notification
{
    private const int MaxWrappings = 3;

    public static NotificationContent Parse(string body)
    {
        try
        {
            return Parse(body, 0);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return NotificationContent.Foreign;
        }
    }

    private static NotificationContent Parse(string body, int depth)
    {
        if (depth >= MaxWrappings) return NotificationContent.Foreign;
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) return NotificationContent.Foreign;
        if (Text(root, "Event") == "s3:TestEvent") return NotificationContent.Nothing;
        if (root.TryGetProperty("Records", out var records) && records.ValueKind == JsonValueKind.Array) return FromS3(records);
        if (Text(root, "source") == "aws.s3" && root.TryGetProperty("detail", out var detail)) return FromEventBridge(root, detail);
        if (Text(root, "Type") == "Notification" && Text(root, "Message") is { } message) return Parse(message, depth + 1);
        return NotificationContent.Foreign;
    }

    private static NotificationContent FromS3(JsonElement records)
    {
        List<AnnouncedObject> created = [];
        foreach (var record in records.EnumerateArray())
        {
            if (Text(record, "eventSource") is not ("aws:s3" or null) || !record.TryGetProperty("s3", out var s3)) return NotificationContent.Foreign;
            if (Text(record, "eventName")?.Contains("ObjectCreated:", StringComparison.Ordinal) != true) continue;
            var item = s3.GetProperty("object");
            if (Text(s3.GetProperty("bucket"), "name") is not { } bucket || Text(item, "key") is not { } key) return NotificationContent.Foreign;
            // Form encoding, once: a key that holds a literal %2B is announced as %252B.
            created.Add(new AnnouncedObject(bucket, WebUtility.UrlDecode(key), S3ObjectOpener.Unquote(Text(item, "eTag")), Number(item, "size"), Time(Text(record, "eventTime"))));
        }
        return new NotificationContent(true, created);
    }

    private static NotificationContent FromEventBridge(JsonElement root, JsonElement detail)
    {
        if (Text(root, "detail-type") != "Object Created") return NotificationContent.Nothing;
        var item = detail.GetProperty("object");
        if (Text(detail.GetProperty("bucket"), "name") is not { } bucket || Text(item, "key") is not { } key) return NotificationContent.Foreign;
        return new NotificationContent(true, [new AnnouncedObject(bucket, key, S3ObjectOpener.Unquote(Text(item, "etag")), Number(item, "size"), Time(Text(root, "time")))]);
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;

    private static long Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeSeconds() : 0;
}
