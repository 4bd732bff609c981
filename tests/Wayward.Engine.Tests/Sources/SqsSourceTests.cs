using Wayward.Engine.Sources.Aws;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Sources;

public sealed class SqsSourceTests : IAsyncLifetime
{
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync() => _aws = await FakeAws.StartAsync();

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    private SqsSource Open(int visibility = 300)
    {
        var options = new SourceOptions { QueueUrl = _aws.Url + "/111122223333/flow-logs", QueueEndpoint = _aws.Url, Endpoint = _aws.Url, VisibilitySeconds = visibility };
        return new SqsSource(options, new AwsClients(options, FakeAws.Settings), FakeAws.Settings, TimeProvider.System);
    }

    private static async Task<List<OfferedObject>> ListAsync(SqsSource source)
    {
        List<OfferedObject> all = [];
        await foreach (var batch in source.ListAsync(TestContext.Current.CancellationToken)) all.AddRange(batch);
        return all;
    }

    [Fact]
    public async Task A_message_is_deleted_only_when_all_its_objects_are_settled()
    {
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "k1", "e1", 1), ("b", "k2", "e2", 1)));
        using var source = Open();
        var offered = await ListAsync(source);
        Assert.Equal(2, offered.Count);
        await source.SettledAsync([offered[0]], TestContext.Current.CancellationToken);
        Assert.Empty(_aws.Sqs.Deleted);
        await source.SettledAsync([offered[1]], TestContext.Current.CancellationToken);
        Assert.Single(_aws.Sqs.Deleted);
    }

    [Fact]
    public async Task A_redelivered_message_settles_with_the_same_object_and_its_newest_receipt_counts()
    {
        _aws.Sqs.Send(Messages.Created(MessageShape.Sns, ("b", "k1", "e1", 1)));
        using var source = Open();
        var first = Assert.Single(await ListAsync(source));
        _aws.Sqs.EndVisibility();
        var again = Assert.Single(await ListAsync(source));
        Assert.Equal(first.ObjectId, again.ObjectId);
        await source.SettledAsync([first], TestContext.Current.CancellationToken);
        Assert.Single(_aws.Sqs.Deleted);
        Assert.Equal(0, _aws.Sqs.Count);
    }

    [Fact]
    public async Task What_the_ledger_did_not_take_is_offered_again_at_the_next_listing()
    {
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "k1", "e1", 1)));
        using var source = Open();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var _ in source.ListAsync(TestContext.Current.CancellationToken)) throw new IOException("the ledger cannot be written");
        });
        Assert.False(source.Settled);
        var offered = Assert.Single(await ListAsync(source));
        await source.SettledAsync([offered], TestContext.Current.CancellationToken);
        Assert.Equal(0, _aws.Sqs.Count);
    }

    [Fact]
    public async Task Test_events_are_deleted_and_what_others_may_wait_for_is_left()
    {
        _aws.Sqs.Send("""{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"logs"}""");
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "AWSLogs/1/CloudTrail/eu-west-1/x.json.gz", "e", 5)));
        _aws.Sqs.Send("somebody else's");
        using var source = Open();
        Assert.Empty(await ListAsync(source));
        Assert.Contains("TestEvent", Assert.Single(_aws.Sqs.Deleted).Body, StringComparison.Ordinal);
        Assert.Equal(2, _aws.Sqs.Count);
        Assert.Contains("1 message is no object notification", source.Notice, StringComparison.Ordinal);
        Assert.Contains("1 message announces objects that are no flow logs", source.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_announces_a_flow_log_and_something_else_is_read_and_never_deleted()
    {
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "k1", "e1", 1), ("b", "AWSLogs/1/CloudTrail/eu-west-1/x.json.gz", "e", 5)));
        using var source = Open();
        var offered = Assert.Single(await ListAsync(source));
        Assert.Equal("k1", offered.Key);
        await source.SettledAsync([offered], TestContext.Current.CancellationToken);
        Assert.Empty(_aws.Sqs.Deleted);
        Assert.Equal(1, _aws.Sqs.Count);
    }

    [Fact]
    public async Task An_empty_object_is_no_reason_to_keep_a_message_but_an_unknown_size_is_read()
    {
        string unknown = Messages.Created(MessageShape.EventBridge, ("b", "k1", "e1", 7)).Replace("\"size\":7,", "", StringComparison.Ordinal);
        _aws.Sqs.Send(unknown);
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "k2", "e2", 0)));
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "folder/", "e3", 0)));
        using var source = Open();
        var offered = Assert.Single(await ListAsync(source));
        Assert.Equal(("k1", OfferedObject.UnknownBytes), (offered.Key, offered.Bytes));
        Assert.Equal(2, _aws.Sqs.Deleted.Count);
    }

    [Fact]
    public async Task Visibility_is_extended_while_objects_are_in_work()
    {
        _aws.Sqs.Send(Messages.Created(MessageShape.EventBridge, ("b", "k1", "e1", 1)));
        using var source = Open(visibility: 2);
        var offered = Assert.Single(await ListAsync(source));
        await Task.Delay(3_500, TestContext.Current.CancellationToken);
        Assert.True(_aws.Sqs.Extended >= 2);
        Assert.Empty(await ListAsync(source));
        await source.SettledAsync([offered], TestContext.Current.CancellationToken);
        Assert.Equal(0, _aws.Sqs.Count);
    }

    [Fact]
    public async Task A_long_wait_ends_with_the_first_message()
    {
        using var source = Open();
        var wait = source.WaitForChangeAsync(TestContext.Current.CancellationToken);
        _aws.Sqs.Send(Messages.Created(MessageShape.S3, ("b", "k1", "e1", 1)));
        await wait;
        Assert.Single(await ListAsync(source));
    }
}
