using System.Text.Json;
using Wayward.Engine.Sources.Aws;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Sources;

public sealed class S3NotificationTests
{
    public const string OddKey = "AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/02/a b+c%2B=d&ü日.log.gz";

    [Theory]
    [InlineData(MessageShape.S3)]
    [InlineData(MessageShape.Sns)]
    [InlineData(MessageShape.EventBridge)]
    [InlineData(MessageShape.EventBridgeOverSns)]
    public void A_key_is_the_same_in_every_shape(MessageShape shape)
    {
        var content = S3Notification.Parse(Messages.Created(shape, ("logs", OddKey, "abc", 12)));
        var item = Assert.Single(content.Created);
        Assert.True(content.Understood);
        Assert.Equal(("logs", OddKey, "abc", 12L), (item.Bucket, item.Key, item.ETag, item.Bytes));
    }

    [Fact]
    public void One_message_may_announce_several_objects_and_removals_are_not_objects()
    {
        var content = S3Notification.Parse(Messages.Created(MessageShape.S3, ("b", "k1", "e", 1), ("b", "k2", "e", 1)));
        Assert.Equal(["k1", "k2"], content.Created.Select(c => c.Key));
        string removed = Messages.Created(MessageShape.S3, ("b", "k1", "e", 1)).Replace("ObjectCreated:Put", "ObjectRemoved:Delete", StringComparison.Ordinal);
        Assert.Equal((true, 0), (S3Notification.Parse(removed).Understood, S3Notification.Parse(removed).Created.Count));
    }

    [Fact]
    public void The_test_event_is_understood_and_announces_nothing()
    {
        const string Test = """{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-01T00:00:00.000Z","Bucket":"logs","RequestId":"1","HostId":"2"}""";
        Assert.Equal((true, 0), (S3Notification.Parse(Test).Understood, S3Notification.Parse(Test).Created.Count));
        string wrapped = JsonSerializer.Serialize(new { Type = "Notification", Message = Test });
        Assert.True(S3Notification.Parse(wrapped).Understood);
    }

    private const string Lake = """{"source":"aws.s3","time":"2026-10-04T10:00:00Z","account":"111122223333","region":"eu-west-1","resources":["arn:aws:s3:::lake"],"detail":{"bucket":{"name":"lake"},"object":{"key":"aws/VPC_FLOW/2.0/region=eu-west-1/accountId=111122223333/eventDay=20261004/a.gz.parquet","size":7347,"etag":"53b0"},"request-id":"R1","requester":"securitylake.amazonaws.com"}}""";
    private const string Bare = """{"bucket":{"name":"lake"},"object":{"key":"k","size":"12"}}""";

    /// <summary>A creation in one wrapping after the other: what is inside counts, not how it is wrapped.</summary>
    public static TheoryData<string> Wrappings()
    {
        var data = new TheoryData<string>();
        string[] creations =
        [
            Lake, Bare, """{"detail":""" + Bare + "}",
            Messages.Created(MessageShape.S3, ("b", "k", "e", 1)), Messages.Created(MessageShape.EventBridge, ("b", "k", "e", 1)),
            Messages.Created(MessageShape.S3, ("b", "k", "e", 1)).Replace("\"eventName\":\"ObjectCreated:Put\",", "", StringComparison.Ordinal),
            Messages.Created(MessageShape.S3, ("b", "k", "e", 1)).Replace("\"size\":1,", "", StringComparison.Ordinal),
            """{"detail-type":"AWS API Call via CloudTrail","source":"aws.s3","time":"2026-10-04T10:00:00Z","detail":{"eventSource":"s3.amazonaws.com","eventName":"PutObject","requestParameters":{"bucketName":"b","key":"k"}}}""",
        ];
        foreach (string body in creations)
        {
            data.Add(body);
            data.Add(JsonSerializer.Serialize(body));
            data.Add($"[{body}]");
            data.Add(JsonSerializer.Serialize(new { Type = "Notification", Message = body }));
            data.Add(JsonSerializer.Serialize(new { Message = body }));
            data.Add(JsonSerializer.Serialize(new { Records = new[] { new { EventSource = "aws:sns", Sns = new { Type = "Notification", Message = body } } } }));
            data.Add(JsonSerializer.Serialize(new { Type = "Notification", Message = JsonSerializer.Serialize(new { Type = "Notification", Message = body }) }));
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void A_bucket_and_a_key_make_a_creation_in_whatever_wrapping(string body)
    {
        var content = S3Notification.Parse(body);
        Assert.True(content.Understood);
        var item = Assert.Single(content.Created);
        Assert.NotEmpty(item.Bucket);
        Assert.NotEmpty(item.Key);
        Assert.NotEqual(0, item.Bytes);
    }

    [Fact]
    public void An_unknown_size_is_not_zero()
    {
        Assert.Equal(7347, Assert.Single(S3Notification.Parse(Lake).Created).Bytes);
        Assert.Equal(12, Assert.Single(S3Notification.Parse(Bare).Created).Bytes);
        Assert.Null(Assert.Single(S3Notification.Parse(Lake.Replace("\"size\":7347,", "", StringComparison.Ordinal)).Created).Bytes);
        Assert.Null(Assert.Single(S3Notification.Parse(Lake.Replace("7347", "\"large\"", StringComparison.Ordinal)).Created).Bytes);
        Assert.Null(Assert.Single(S3Notification.Parse(Lake.Replace("7347", "-1", StringComparison.Ordinal)).Created).Bytes);
        Assert.Equal(0, Assert.Single(S3Notification.Parse(Lake.Replace("7347", "0", StringComparison.Ordinal)).Created).Bytes);
    }

    [Theory]
    [InlineData("Object Deleted"), InlineData("Object Tags Added"), InlineData("Object Restore Completed"), InlineData("Object Storage Class Changed")]
    public void An_event_that_says_it_creates_nothing_is_understood(string type)
    {
        string body = Messages.Created(MessageShape.EventBridge, ("b", "k", "e", 1)).Replace("Object Created", type, StringComparison.Ordinal);
        Assert.Equal((true, 0), (S3Notification.Parse(body).Understood, S3Notification.Parse(body).Created.Count));
    }

    [Theory]
    [InlineData("ObjectRemoved:DeleteMarkerCreated"), InlineData("s3:ObjectRemoved:Delete"), InlineData("ObjectTagging:Put"), InlineData("LifecycleExpiration:Delete"), InlineData("ObjectRestore:Completed")]
    public void A_record_that_says_it_creates_nothing_is_understood(string name)
    {
        string body = Messages.Created(MessageShape.S3, ("b", "k", "e", 1)).Replace("ObjectCreated:Put", name, StringComparison.Ordinal);
        Assert.Equal((true, 0), (S3Notification.Parse(body).Understood, S3Notification.Parse(body).Created.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"Records\":[]}")]
    [InlineData("[]")]
    [InlineData("{\"source\":\"aws.guardduty\",\"detail-type\":\"GuardDuty Finding\",\"detail\":{\"id\":\"1\"}}")]
    [InlineData("{\"source\":\"aws.s3\",\"detail-type\":\"Scheduled Event\",\"detail\":{}}")]
    [InlineData("{\"detail\":{\"bucket\":{\"name\":\"b\"}}}")]
    [InlineData("{\"Message\":\"hello\"}")]
    [InlineData("hello")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("""{"Records":[{"eventSource":"aws:dynamodb"}]}""")]
    [InlineData("""{"Records":[{"s3":{"bucket":{},"object":{}},"eventName":"ObjectCreated:Put"}]}""")]
    [InlineData("""{"Type":"Notification","Message":"{\"Type\":\"Notification\",\"Message\":\"{\\\"Type\\\":\\\"Notification\\\",\\\"Message\\\":\\\"x\\\"}\"}"}""")]
    public void What_is_not_ours_is_left_alone(string body) => Assert.False(S3Notification.Parse(body).Understood);
}
