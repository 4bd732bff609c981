using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Wayward.Engine.Sources;
using Wayward.Engine.Sources.Aws;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Sources;

public sealed class S3SourceTests : IAsyncLifetime
{
    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = await FakeAws.StartAsync();
        _aws.S3.CreateBucket("logs");
    }

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    private S3Source Open(Func<SourceOptions, SourceOptions>? with = null, AwsClientSettings? settings = null)
    {
        var options = new SourceOptions { Bucket = "logs", Endpoint = _aws.Url };
        options = with?.Invoke(options) ?? options;
        settings ??= FakeAws.Settings;
        return new S3Source(options, new IngestOptions(), new AwsClients(options, settings), settings, _time);
    }

    private void Put(params string[] keys)
    {
        foreach (string key in keys) _aws.S3.Put("logs", key, Encoding.UTF8.GetBytes(key));
    }

    private static async Task<string[]> KeysAsync(S3Source source)
    {
        List<OfferedObject> all = [];
        await foreach (var batch in source.ListAsync(TestContext.Current.CancellationToken)) all.AddRange(batch);
        Assert.Equal(all.Count, all.Select(o => o.Key).Distinct().Count());
        return [.. all.Select(o => o.Key).Order(StringComparer.Ordinal)];
    }

    private const string Plain = "AWSLogs/111122223333/vpcflowlogs/eu-west-1/";
    private const string Hive = "team/x/AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=us-east-1/";

    [Fact]
    public async Task Every_layout_account_and_region_is_found_and_other_services_are_not()
    {
        string[] ours =
        [
            Plain + "2026/11/20/a.log.gz", Plain + "2026/11/20/09/b.log.gz", "AWSLogs/444455556666/vpcflowlogs/us-east-1/2026/11/19/c.log.gz",
            "AWSLogs/o-abc123/777788889999/vpcflowlogs/ap-south-1/2026/11/19/d.log.gz", Hive + "year=2026/month=11/day=20/e.log.parquet", Hive + "year=2026/month=11/day=20/hour=03/f.log.parquet",
        ];
        Put(ours);
        Put("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/x.json.gz", "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/20/y.log");
        _aws.S3.Put("logs", Plain, []);
        using var source = Open();
        Assert.Equal(ours.Order(StringComparer.Ordinal), await KeysAsync(source));
        using var one = Open(o => o with { Prefix = Hive });
        Assert.Equal(2, (await KeysAsync(one)).Length);
    }

    [Fact]
    public async Task Loose_objects_are_found_beside_the_layouts()
    {
        Put("dump/a.gz", "dump/deep/b.gz", Plain + "2026/11/20/c.gz");
        using var source = Open();
        Assert.Equal(3, (await KeysAsync(source)).Length);
        Put("dump/late.gz");
        Assert.Contains("dump/late.gz", await KeysAsync(source));
    }

    [Fact]
    public async Task A_poll_lists_the_look_back_and_the_reconcile_finds_what_is_later()
    {
        Put(Plain + "2026/11/01/old.gz", Plain + "2026/11/20/new.gz");
        using var source = Open();
        Assert.Equal(2, (await KeysAsync(source)).Length);
        int before = _aws.Calls.Count;
        // Late, and sorting before everything that was seen: within the look-back, and far outside it.
        Put(Plain + "2026/11/18/0.gz", Plain + "2026/10/30/0.gz");
        Assert.Equal([Plain + "2026/11/18/0.gz", Plain + "2026/11/20/new.gz"], await KeysAsync(source));
        Assert.Equal(4, _aws.Calls.Count - before);
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Contains(Plain + "2026/10/30/0.gz", await KeysAsync(source));
        Assert.Contains("compared with the ledger", source.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_account_is_found_within_the_hour_without_a_restart()
    {
        Put(Plain + "2026/11/20/a.gz");
        using var source = Open();
        await KeysAsync(source);
        Put("AWSLogs/999900001111/vpcflowlogs/eu-north-1/2026/11/20/b.gz");
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(2, (await KeysAsync(source)).Length);
    }

    [Fact]
    public async Task Nothing_before_the_start_date_is_taken()
    {
        Put(Plain + "2026/11/01/a.gz", Plain + "2026/11/10/b.gz", Hive + "year=2026/month=11/day=09/c.parquet", Hive + "year=2026/month=11/day=19/d.parquet");
        using var source = Open(o => o with { StartDate = "2026-11-10" });
        Assert.Equal([Plain + "2026/11/10/b.gz", Hive + "year=2026/month=11/day=19/d.parquet"], await KeysAsync(source));
    }

    [Fact]
    public async Task Pages_lose_and_double_nothing()
    {
        _aws.S3.PageSize = 7;
        for (int i = 0; i < 100; i++) Put($"{Plain}2026/11/{1 + i % 20:00}/{i:000}.gz", $"AWSLogs/{i:000000000000}/vpcflowlogs/eu-west-1/2026/11/20/x.gz");
        using var source = Open();
        Assert.Equal(200, (await KeysAsync(source)).Length);
    }

    [Fact]
    public async Task An_object_is_opened_only_as_it_was_offered()
    {
        string key = Plain + "2026/11/20/" + S3NotificationTests.OddKey.Split('/')[^1];
        Put(key);
        using var source = Open();
        OfferedObject? offered = null;
        await foreach (var batch in source.ListAsync(TestContext.Current.CancellationToken)) offered = batch[0];
        Assert.Equal(key, offered!.Key);
        Assert.DoesNotContain('"', offered.ETag);
        await using (var stream = await source.OpenAsync(offered, TestContext.Current.CancellationToken))
        using (var reader = new StreamReader(stream)) Assert.Equal(key, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        _aws.S3.Put("logs", key, "other"u8.ToArray());
        await Assert.ThrowsAsync<SourceObjectChangedException>(() => source.OpenAsync(offered, TestContext.Current.CancellationToken));
        _aws.S3.Delete("logs", key);
        await Assert.ThrowsAsync<SourceObjectGoneException>(() => source.OpenAsync(offered, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(FakeFault.InternalError, false)]
    [InlineData(FakeFault.SlowDown, false)]
    [InlineData(FakeFault.Hang, false)]
    [InlineData(FakeFault.Reset, false)]
    [InlineData(FakeFault.ExpiredToken, true)]
    [InlineData(FakeFault.AccessDenied, true)]
    public async Task A_failing_service_is_the_sources_trouble_and_says_when_an_operator_is_needed(FakeFault fault, bool operatorNeeded)
    {
        Put(Plain + "2026/11/20/a.gz");
        using var source = Open();
        _aws.Fault = _ => fault;
        var error = await Assert.ThrowsAsync<SourceUnavailableException>(() => KeysAsync(source));
        Assert.Equal(operatorNeeded, error.NeedsOperator);
        var item = new OfferedObject(source.Name, "logs", Plain + "2026/11/20/a.gz", "", 57, 0);
        await Assert.ThrowsAsync<SourceUnavailableException>(() => source.OpenAsync(item, TestContext.Current.CancellationToken));
        _aws.Fault = null;
        Assert.Single(await KeysAsync(source));
    }

    [Fact]
    public async Task A_body_that_ends_early_is_an_error_and_not_a_short_file()
    {
        byte[] body = new byte[200_000];
        Random.Shared.NextBytes(body);
        var put = _aws.S3.Put("logs", "a.gz", body);
        using var source = Open();
        _aws.Fault = c => c.Operation == "Get" ? FakeFault.ShortBody : null;
        await using var stream = await source.OpenAsync(new OfferedObject(source.Name, "logs", "a.gz", put.ETag, body.Length, 0), TestContext.Current.CancellationToken);
        var error = Assert.Throws<SourceUnavailableException>(() =>
        {
            byte[] buffer = new byte[64 << 10];
            while (stream.Read(buffer) > 0) { }
        });
        Assert.False(error.NeedsOperator);
    }

    [Fact]
    public async Task A_redirect_leads_nowhere()
    {
        Put(Plain + "2026/11/20/a.gz");
        await using var elsewhere = await FakeAws.StartAsync();
        elsewhere.S3.Put("logs", Plain + "2026/11/20/a.gz", new byte[10]);
        _aws.RedirectTo = elsewhere.Url;
        using var source = Open();
        await Assert.ThrowsAsync<SourceUnavailableException>(() => KeysAsync(source));
        await Assert.ThrowsAsync<SourceUnavailableException>(() => source.OpenAsync(new OfferedObject(source.Name, "logs", Plain + "2026/11/20/a.gz", "", 10, 0), TestContext.Current.CancellationToken));
        Assert.Empty(elsewhere.Calls);
    }

    [Fact]
    public async Task A_body_that_trickles_is_given_up_although_it_never_stalls()
    {
        var put = _aws.S3.Put("logs", "a.gz", new byte[10_000]);
        _aws.S3.Trickle = TimeSpan.FromMilliseconds(20);
        var settings = FakeAws.Settings with { ReadTimeout = TimeSpan.FromSeconds(0.5), SlowestBody = 100_000 };
        using var source = Open(settings: settings);
        await using var stream = await source.OpenAsync(new OfferedObject(source.Name, "logs", "a.gz", put.ETag, 10_000, 0), TestContext.Current.CancellationToken);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var error = Assert.Throws<SourceUnavailableException>(() =>
        {
            byte[] buffer = new byte[64 << 10];
            while (stream.Read(buffer) > 0) { }
        });
        Assert.Contains("slower than", error.Message, StringComparison.Ordinal);
        Assert.False(error.NeedsOperator);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_listing_without_end_is_given_up_and_the_source_recovers()
    {
        Put(Plain + "2026/11/20/a.gz", Plain + "2026/11/20/b.gz");
        _aws.S3.ListsWithoutEnd = true;
        using var source = Open();
        var error = await Assert.ThrowsAsync<SourceUnavailableException>(() => KeysAsync(source));
        Assert.Contains("does not end", error.Message, StringComparison.Ordinal);
        Assert.True(_aws.Calls.Count < 50, $"{_aws.Calls.Count} calls");
        _aws.S3.ListsWithoutEnd = false;
        Assert.Equal(2, (await KeysAsync(source)).Length);
    }

    [Fact]
    public async Task A_missing_bucket_needs_an_operator()
    {
        using var source = Open(o => o with { Bucket = "nowhere" });
        Assert.True((await Assert.ThrowsAsync<SourceUnavailableException>(() => KeysAsync(source))).NeedsOperator);
    }

    [Fact]
    public async Task The_fake_decodes_chunked_uploads()
    {
        using var client = new AmazonS3Client(FakeAws.Settings.Credentials, new AmazonS3Config { ServiceURL = _aws.Url, ForcePathStyle = true });
        await client.PutObjectAsync(new PutObjectRequest { BucketName = "logs", Key = "up.gz", ContentBody = "hello" }, TestContext.Current.CancellationToken);
        using var back = await client.GetObjectAsync("logs", "up.gz", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(back.ResponseStream);
        Assert.Equal("hello", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
