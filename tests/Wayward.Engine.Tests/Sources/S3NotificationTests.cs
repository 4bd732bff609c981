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

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("""{"Records":[{"eventSource":"aws:dynamodb"}]}""")]
    [InlineData("""{"Records":[{"s3":{"bucket":{},"object":{}},"eventName":"ObjectCreated:Put"}]}""")]
    [InlineData("""{"Type":"Notification","Message":"{\"Type\":\"Notification\",\"Message\":\"{\\\"Type\\\":\\\"Notification\\\",\\\"Message\\\":\\\"x\\\"}\"}"}""")]
    public void What_is_not_ours_is_left_alone(string body) => Assert.False(S3Notification.Parse(body).Understood);
}
