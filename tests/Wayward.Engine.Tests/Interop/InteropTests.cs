using System.Globalization;
using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SQS.Model;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Engine.Tests.Reliability;

namespace Wayward.Engine.Tests.Interop;

/// <summary>The same list of tests on the fake that all other tests use and on servers that others wrote: what the fake claims of S3 and SQS, and our sources against both.</summary>
public sealed class InteropTests
{
    private const string Odd = "AWSLogs/1/vpcflowlogs/eu-west-1/2026/10/05/a b+c%2B=d&ü日 (1).log.gz";
    private static readonly string[] Keys = [.. Enumerable.Range(0, 12).Select(i => $"a/{i % 3}/{i:00}.gz"), "b.gz", "a/x y.gz"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_hold_every_key_once_in_order_with_and_without_a_delimiter(bool fake)
    {
        await using var server = await TestServer.OpenAsync(fake, "WAYWARD_S3");
        string bucket = await BucketAsync(server, Keys.Select(k => (k, Encoding.UTF8.GetBytes(k))));
        var all = await ListAsync(server, new ListObjectsV2Request { BucketName = bucket, MaxKeys = 5 });
        Assert.Equal(Keys.Order(StringComparer.Ordinal), all.SelectMany(p => p.S3Objects ?? []).Select(o => o.Key));
        Assert.All(all.SelectMany(p => p.S3Objects ?? []), o => Assert.Equal((o.Key.Length, FakeAws.Md5(Encoding.UTF8.GetBytes(o.Key))), ((int)o.Size!.Value, o.ETag.Trim('"'))));
        Assert.All(all.SelectMany(p => p.S3Objects ?? []), o => Assert.InRange(o.LastModified!.Value.ToUniversalTime(), DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow.AddMinutes(10)));
        Assert.True(all.Count >= 3);
        var folders = await ListAsync(server, new ListObjectsV2Request { BucketName = bucket, Prefix = "a/", Delimiter = "/", MaxKeys = 2 });
        Assert.Equal(["a/0/", "a/1/", "a/2/"], folders.SelectMany(p => p.CommonPrefixes ?? []));
        Assert.Equal(["a/x y.gz"], folders.SelectMany(p => p.S3Objects ?? []).Select(o => o.Key));
        var later = await ListAsync(server, new ListObjectsV2Request { BucketName = bucket, Prefix = "a/", StartAfter = "a/1/04.gz" });
        Assert.Equal(Keys.Where(k => k.StartsWith("a/", StringComparison.Ordinal) && string.CompareOrdinal(k, "a/1/04.gz") > 0).Order(StringComparer.Ordinal), later.SelectMany(p => p.S3Objects ?? []).Select(o => o.Key));
        Assert.Empty((await ListAsync(server, new ListObjectsV2Request { BucketName = bucket, Prefix = "none/" })).SelectMany(p => p.S3Objects ?? []));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_is_fetched_whole_on_its_etag_and_refused_on_another(bool fake)
    {
        await using var server = await TestServer.OpenAsync(fake, "WAYWARD_S3");
        byte[] body = SmallObjects.Make(1, 10).Content;
        string bucket = await BucketAsync(server, [(Odd, body)]);
        using (var response = await server.S3.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = Odd, EtagToMatch = $"\"{FakeAws.Md5(body)}\"" }, Token))
        {
            using var copy = new MemoryStream();
            await response.ResponseStream.CopyToAsync(copy, Token);
            Assert.Equal(body, copy.ToArray());
            Assert.Equal(body.Length, response.ContentLength);
        }
        var changed = await Assert.ThrowsAsync<AmazonS3Exception>(() => server.S3.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = Odd, EtagToMatch = "\"0123456789abcdef0123456789abcdef\"" }, Token));
        Assert.Equal(HttpStatusCode.PreconditionFailed, changed.StatusCode);
        var gone = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => server.S3.GetObjectAsync(bucket, "none", Token));
        Assert.Equal("NoSuchKey", gone.ErrorCode);
        var nowhere = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => server.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "wayward-there-is-none" }, Token));
        Assert.Equal("NoSuchBucket", nowhere.ErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bucket_is_ingested_to_the_same_dump_as_a_folder_of_the_same_objects(bool fake)
    {
        await using var server = await TestServer.OpenAsync(fake, "WAYWARD_S3");
        using var folders = new TempFolder();
        var objects = Enumerable.Range(0, 30).Select(i => SmallObjects.Make(i, 30)).Append((Name: Odd, SmallObjects.Make(3, 30, seed: 77).Content)).ToArray();
        foreach (var (name, content) in objects) File.SetLastWriteTimeUtc(folders.Write("logs/" + name, content), DateTime.UtcNow.AddHours(-1));
        string bucket = await BucketAsync(server, objects);
        string fromFolder = await IngestAsync(server, folders.Path("a"), new SourceOptions { Path = folders.Path("logs") });
        string fromBucket = await IngestAsync(server, folders.Path("b"), new SourceOptions { Bucket = bucket, Endpoint = server.Url });
        Assert.Equal(31, fromBucket.Split('\n').Count(l => l.Contains("\ttaken\t", StringComparison.Ordinal)));
        Assert.True(WithoutNames(fromFolder) == WithoutNames(fromBucket), CrashTests.FirstDifference(WithoutNames(fromFolder), WithoutNames(fromBucket)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_queue_hides_what_is_received_shows_it_again_and_deletes_by_receipt(bool fake)
    {
        await using var server = await TestServer.OpenAsync(fake, "WAYWARD_SQS");
        string queue = await QueueAsync(server);
        for (int i = 0; i < 12; i++) await server.Sqs.SendMessageAsync(queue, $"{i} 日本", Token);
        var first = await ReceiveAsync(server, queue, visibility: 6);
        Assert.InRange(first.Count, 1, 10);
        Assert.All(first, m => Assert.EndsWith(" 日本", m.Body, StringComparison.Ordinal));
        var others = await DrainAsync(server, queue, 60);
        Assert.Equal(12, first.Concat(others).Select(m => m.Body).Distinct().Count());
        // The visibility of the first ends; of one of the others it is ended, of none else.
        await server.Sqs.ChangeMessageVisibilityBatchAsync(new ChangeMessageVisibilityBatchRequest { QueueUrl = queue, Entries = [new("0", others[0].ReceiptHandle) { VisibilityTimeout = 0 }] }, Token);
        await Task.Delay(6_500, Token);
        var again = await DrainAsync(server, queue, 60);
        Assert.Equal(first.Select(m => m.Body).Append(others[0].Body).Order(StringComparer.Ordinal), again.Select(m => m.Body).Order(StringComparer.Ordinal));
        var deleted = await server.Sqs.DeleteMessageBatchAsync(new DeleteMessageBatchRequest { QueueUrl = queue, Entries = [.. again.Take(10).Select((m, i) => new DeleteMessageBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), m.ReceiptHandle))] }, Token);
        Assert.Equal(Math.Min(10, again.Count), deleted.Successful.Count);
        Assert.Empty(deleted.Failed ?? []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_queue_is_worked_off_to_the_same_dump_as_a_listing_and_left_empty(bool fake)
    {
        await using var server = await TestServer.OpenAsync(fake, "WAYWARD_SQS");
        await using var objects = await BucketRig.CreateAsync(20);
        string queue = await QueueAsync(server);
        foreach (var (key, etag, size) in objects.Objects)
            for (int i = 0; i < 2; i++) await server.Sqs.SendMessageAsync(queue, Messages.Created(MessageShape.S3, (BucketRig.Bucket, key, etag, size)), Token);
        string listed = await objects.IngestAsync([objects.Listing]);
        string queued = await objects.IngestAsync([new SourceOptions { QueueUrl = queue, QueueEndpoint = server.Url, Endpoint = objects.Aws.Url, VisibilitySeconds = 30 }], services =>
            services.AddSingleton(p => SourceRegistry.Create(p.GetRequiredService<IngestOptions>(), TimeProvider.System, server.Settings)));
        Assert.True(queued == listed, CrashTests.FirstDifference(listed, queued));
        // Neither visible nor in anybody's hands.
        await Task.Delay(500, Token);
        Assert.Empty(await ReceiveAsync(server, queue, visibility: 1));
        var attributes = fake ? null : (await server.Sqs.GetQueueAttributesAsync(queue, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"], Token));
        if (attributes is not null) Assert.Equal(0, attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible);
    }

    private static async Task<string> BucketAsync(TestServer server, IEnumerable<(string Key, byte[] Body)> objects)
    {
        string bucket = $"wayward-{Guid.NewGuid():n}";
        await server.S3.PutBucketAsync(bucket, Token);
        foreach (var (key, body) in objects) await server.PutAsync(bucket, key, body);
        return bucket;
    }

    private static async Task<string> QueueAsync(TestServer server) => (await server.Sqs.CreateQueueAsync($"wayward-{Guid.NewGuid():n}", Token)).QueueUrl;

    private static async Task<List<ListObjectsV2Response>> ListAsync(TestServer server, ListObjectsV2Request request)
    {
        List<ListObjectsV2Response> pages = [];
        do
        {
            pages.Add(await server.S3.ListObjectsV2Async(request, Token));
            request.ContinuationToken = pages[^1].NextContinuationToken;
        }
        while (pages[^1].IsTruncated == true);
        return pages;
    }

    private static async Task<List<Message>> ReceiveAsync(TestServer server, string queue, int visibility)
    {
        try
        {
            return (await server.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, MaxNumberOfMessages = 10, VisibilityTimeout = visibility, WaitTimeSeconds = 1 }, Token)).Messages ?? [];
        }
        catch (Amazon.Runtime.AmazonUnmarshallingException e) when (e.StatusCode == HttpStatusCode.OK)
        {
            // local-aws-sqs says "nothing" with an empty body, where the service and the fake send an object without messages.
            return [];
        }
    }

    private static async Task<List<Message>> DrainAsync(TestServer server, string queue, int visibility)
    {
        List<Message> all = [];
        while (await ReceiveAsync(server, queue, visibility) is { Count: > 0 } some) all.AddRange(some);
        return all;
    }

    private static async Task<string> IngestAsync(TestServer server, string data, SourceOptions source)
    {
        await using var rig = await IngestRig.StartAsync(data, IngestRig.Fast with { Sources = [source] }, services =>
            services.AddSingleton(p => SourceRegistry.Create(p.GetRequiredService<IngestOptions>(), TimeProvider.System, server.Settings)));
        await rig.WhenIdleAsync(180);
        return await rig.DumpAsync();
    }

    /// <summary>A folder's objects have other containers and etags than a bucket's: only what they contain is compared.</summary>
    private static string WithoutNames(string dump) => string.Join('\n', dump.Split('\n').Select(l => l.StartsWith("object\t", StringComparison.Ordinal) ? string.Join('\t', l.Split('\t')[4..]) : l).Order(StringComparer.Ordinal));
}
