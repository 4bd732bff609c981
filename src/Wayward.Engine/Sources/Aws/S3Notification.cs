using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Wayward.Engine.Sources.Aws;

/// <summary>
/// Reads notifications of S3 objects: S3's own, EventBridge's, Security Lake's, and each of them wrapped by SNS, as text within JSON, or several in one array. A bucket and a key make a
/// creation unless the message itself says that nothing was created.
/// </summary>
/// <remarks>
/// Sources: S3 user guide, "Event message structure" (keys are form-encoded: a space is <c>+</c>), "EventBridge event message structure" (keys as they are) and "Supported event types";
/// Security Lake user guide, "Sample object notification message" (as EventBridge's, without <c>detail-type</c>); SNS developer guide, "Raw message delivery";
/// EventBridge user guide, "AWS service events delivered through CloudTrail".
/// </remarks>
internal static class S3Notification
{
    private const int MaxWrappings = 12;

    /// <summary>Event names of S3 that create no object, without the leading <c>s3:</c>.</summary>
    private static readonly string[] NothingCreated =
    [
        "ObjectRemoved:", "ObjectRestore:", "ReducedRedundancyLostObject", "Replication:", "LifecycleExpiration:", "LifecycleTransition", "IntelligentTiering", "ObjectTagging:", "ObjectAcl:", "ObjectAnnotation:",
    ];

    /// <summary>Calls that CloudTrail reports and that leave a new object.</summary>
    private static readonly HashSet<string> CreatingCalls = new(StringComparer.Ordinal) { "PutObject", "CopyObject", "CompleteMultipartUpload", "PostObject" };

    public static NotificationContent Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            List<AnnouncedObject> created = [];
            return Collect(document.RootElement, created, 0) ? new(true, created) : new(false, created);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return NotificationContent.Foreign;
        }
    }

    /// <returns>False = something in it is not understood.</returns>
    private static bool Collect(JsonElement part, List<AnnouncedObject> created, int depth)
    {
        if (depth >= MaxWrappings) return false;
        return part.ValueKind switch
        {
            JsonValueKind.String => CollectText(part.GetString()!, created, depth),
            JsonValueKind.Array => CollectAll(part, created, depth),
            JsonValueKind.Object => CollectObject(part, created, depth),
            _ => false,
        };
    }

    private static bool CollectText(string text, List<AnnouncedObject> created, int depth)
    {
        using var document = JsonDocument.Parse(text);
        return Collect(document.RootElement, created, depth + 1);
    }

    /// <summary>An empty array says nothing, not even that nothing was created.</summary>
    private static bool CollectAll(JsonElement parts, List<AnnouncedObject> created, int depth)
    {
        bool all = parts.GetArrayLength() > 0;
        foreach (var part in parts.EnumerateArray()) all &= Collect(part, created, depth + 1);
        return all;
    }

    private static bool CollectObject(JsonElement part, List<AnnouncedObject> created, int depth)
    {
        if (Text(part, "Event") == "s3:TestEvent") return true;
        if (part.TryGetProperty("Records", out var records)) return Collect(records, created, depth + 1);
        if (part.TryGetProperty("s3", out var s3)) return FromS3(part, s3, created);
        if (part.TryGetProperty("detail", out var detail)) return FromEventBridge(part, detail, created);
        // SNS, delivered to a queue or, with the message in a member of its own, to a function.
        if (part.TryGetProperty("Sns", out var sns)) return Collect(sns, created, depth + 1);
        if (Text(part, "Message") is { } message && Text(part, "Type") is "Notification" or null) return CollectText(message, created, depth);
        return part.TryGetProperty("bucket", out _) && Announce(part, 0, encoded: false, created);
    }

    private static bool FromS3(JsonElement record, JsonElement s3, List<AnnouncedObject> created)
    {
        if (Text(record, "eventSource") is not ("aws:s3" or null)) return false;
        if (Text(record, "eventName") is { } name)
        {
            string bare = name.StartsWith("s3:", StringComparison.Ordinal) ? name[3..] : name;
            if (NothingCreated.Any(n => bare.StartsWith(n, StringComparison.Ordinal))) return true;
        }
        // Form encoding, once: a key that holds a literal %2B is announced as %252B.
        return Announce(s3, Time(Text(record, "eventTime")), encoded: true, created);
    }

    private static bool FromEventBridge(JsonElement root, JsonElement detail, List<AnnouncedObject> created)
    {
        if (Text(root, "source") is not ("aws.s3" or null)) return false;
        long at = Time(Text(root, "time"));
        switch (Text(root, "detail-type"))
        {
            case "AWS API Call via CloudTrail":
                // Failed calls and calls that only read or delete leave no new object.
                if (!CreatingCalls.Contains(Text(detail, "eventName") ?? "") || Text(detail, "errorCode") is not null) return Text(detail, "eventName") is not null;
                if (!detail.TryGetProperty("requestParameters", out var call) || Text(call, "bucketName") is not { } bucket || Text(call, "key") is not { } key) return false;
                created.Add(new AnnouncedObject(bucket, key, "", null, at));
                return true;
            case { } type when type != "Object Created":
                return type.StartsWith("Object ", StringComparison.Ordinal);
            default:
                return detail.TryGetProperty("deletion-type", out _) || Announce(detail, at, encoded: false, created);
        }
    }

    /// <param name="parent">Holds the members <c>bucket</c> and <c>object</c>.</param>
    private static bool Announce(JsonElement parent, long at, bool encoded, List<AnnouncedObject> created)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty("bucket", out var bucket) || Text(bucket, "name") is not { Length: > 0 } name) return false;
        if (!parent.TryGetProperty("object", out var item) || Text(item, "key") is not { Length: > 0 } key) return false;
        created.Add(new AnnouncedObject(name, encoded ? WebUtility.UrlDecode(key) : key, S3ObjectOpener.Unquote(Text(item, "eTag") ?? Text(item, "etag")), Size(item), at));
        return true;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A count of bytes, as a number or as text; null when there is none.</summary>
    private static long? Size(JsonElement item)
    {
        if (!item.TryGetProperty("size", out var value)) return null;
        bool known = value.ValueKind == JsonValueKind.Number ? value.TryGetInt64(out long size) : long.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : null, CultureInfo.InvariantCulture, out size);
        return known && size >= 0 ? size : null;
    }

    private static long Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? Math.Max(0, at.ToUnixTimeSeconds()) : 0;
}
