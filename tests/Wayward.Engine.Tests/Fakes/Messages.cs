using System.Net;
using System.Text.Json;

namespace Wayward.Engine.Tests.Fakes;

public enum MessageShape { S3, Sns, EventBridge, EventBridgeOverSns }

/// <summary>Notification bodies as AWS writes them.</summary>
public static class Messages
{
    public static string Created(MessageShape shape, params (string Bucket, string Key, string ETag, long Size)[] objects) => shape switch
    {
        MessageShape.S3 => S3(objects),
        MessageShape.Sns => Sns(S3(objects)),
        MessageShape.EventBridge => EventBridge(objects[0]),
        _ => Sns(EventBridge(objects[0])),
    };

    private static string S3((string Bucket, string Key, string ETag, long Size)[] objects) => JsonSerializer.Serialize(new
    {
        Records = objects.Select(o => new
        {
            eventVersion = "2.1", eventSource = "aws:s3", awsRegion = "eu-west-1", eventTime = "2026-11-01T10:00:00.000Z", eventName = "ObjectCreated:Put",
            s3 = new
            {
                s3SchemaVersion = "1.0", bucket = new { name = o.Bucket, arn = "arn:aws:s3:::" + o.Bucket },
                // A slash is not escaped in keys.
                @object = new { key = WebUtility.UrlEncode(o.Key).Replace("%2F", "/", StringComparison.Ordinal), size = o.Size, eTag = o.ETag, sequencer = "0055AED6DCD90281E5" },
            },
        }),
    });

    private static string Sns(string message) => JsonSerializer.Serialize(new { Type = "Notification", MessageId = "1", TopicArn = "arn:aws:sns:eu-west-1:1:t", Subject = "Amazon S3 Notification", Message = message });

    private static string EventBridge((string Bucket, string Key, string ETag, long Size) o) =>
        "{\"version\":\"0\",\"id\":\"1\",\"detail-type\":\"Object Created\",\"source\":\"aws.s3\",\"account\":\"111122223333\",\"time\":\"2026-11-01T10:00:00Z\",\"region\":\"eu-west-1\",\"detail\":"
        + JsonSerializer.Serialize(new { version = "0", bucket = new { name = o.Bucket }, @object = new { key = o.Key, size = o.Size, etag = o.ETag, sequencer = "1" }, reason = "PutObject" }) + "}";
}
