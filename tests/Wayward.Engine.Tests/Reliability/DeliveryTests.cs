using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.EngineHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>Notifications that come again and again, objects that come late, credentials that end.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task R5_redelivered_notifications_in_every_shape_beside_a_listing_double_nothing_and_are_deleted_only_after_the_commit()
    {
        int count = LongRun.Pick(12, 200);
        await using var bucket = await BucketRig.CreateAsync(count);
        bucket.Put(("AWSLogs/1/vpcflowlogs/eu-west-1/2026/10/05/a b+c%2B=d&ü日 (1).log.gz", SmallObjects.Make(3, count, seed: 77).Content));
        string whole = await bucket.IngestAsync([bucket.Listing]);
        int seed = LongRun.Seed();
        var random = new Random(seed);
        var messages = bucket.Objects.SelectMany(o => Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
            Messages.Created(Enum.GetValues<MessageShape>()[random.Next(4)], (BucketRig.Bucket, o.Key, o.ETag, o.Size)))).ToArray();
        random.Shuffle(messages);

        foreach (bool listing in new[] { false, true })
        {
            foreach (string message in messages) bucket.Aws.Sqs.Send(message);
            int early = 0;
            bucket.Aws.Sqs.OnDelete = body => Interlocked.Add(ref early, Unsettled(bucket.Store, body));
            string dump = await bucket.IngestAsync(listing ? [bucket.Listing, bucket.Queue] : [bucket.Queue], meanwhile: async _ =>
            {
                // A visibility that ends while work goes on: the same messages again.
                await Task.Delay(50);
                bucket.Aws.Sqs.EndVisibility();
            });
            Assert.True(dump == whole, $"seed {seed}: {CrashTests.FirstDifference(whole, dump)}");
            Assert.Equal(0, early);
            bucket.Aws.Sqs.Clear();
        }
        LongRun.Say($"R5: {messages.Length} messages for {bucket.Objects.Count} objects, twice, seed {seed}");
    }

    [Fact]
    public async Task R5_turns_red_when_a_message_is_deleted_before_the_commit()
    {
        await using var bucket = await BucketRig.CreateAsync(4);
        foreach (var (key, etag, size) in bucket.Objects) bucket.Aws.Sqs.Send(Messages.Created(MessageShape.S3, (BucketRig.Bucket, key, etag, size)));
        int early = 0;
        bucket.Aws.Sqs.OnDelete = body => Interlocked.Add(ref early, Unsettled(bucket.Store, body));
        await bucket.IngestAsync([bucket.Queue], PlantedSources.Plant(source => new PlantedSources.AckedWhenOffered(source)));
        Assert.True(early > 0, "the harness did not see the early delete");
    }

    [Fact]
    public async Task R6_late_objects_equal_times_and_skewed_times_are_all_found_within_one_reconcile()
    {
        int count = LongRun.Pick(24, 300);
        var (dump, whole) = await ComeLateAsync(count, fault: null);
        Assert.True(dump == whole, CrashTests.FirstDifference(whole, dump));
        LongRun.Say($"R6: {count} of {count} found");
    }

    [Fact]
    public async Task R6_turns_red_when_each_look_begins_after_the_last_key()
    {
        var (dump, whole) = await ComeLateAsync(24, PlantedSources.Plant(s => new PlantedSources.AfterTheLastKey(s)));
        Assert.NotEqual(whole, dump);
    }

    private static async Task<(string Dump, string Whole)> ComeLateAsync(int count, Action<IServiceCollection>? fault)
    {
        await using var bucket = await BucketRig.CreateAsync(0);
        var random = new Random(LongRun.Seed());
        var all = Enumerable.Range(0, count).Select(i => SmallObjects.Make(i, count)).ToArray();
        var at = DateTimeOffset.UtcNow;
        string dump = await bucket.IngestAsync([bucket.Listing], fault, expect: fault is null ? count : 0, meanwhile: async rig =>
        {
            // Newest names first, in three instalments: each later one sorts before what was seen. Times are equal, or a day off either way.
            foreach (var part in all.Reverse().Chunk(count / 3))
            {
                foreach (var item in part) bucket.Put(item, random.Next(3) switch { 0 => at, 1 => at.AddDays(-1), _ => at.AddDays(1) });
                await rig.WhenIdleAsync();
                // A look may have failed on a busy machine, and what comes next would not be late then.
                while (fault is not null && rig.Control.Sources[0].Done < count / 3) await rig.WhenIdleAsync();
            }
            // The next reconcile.
            await Task.Delay(fault is null ? 0 : 1_500);
        });
        return (dump, await bucket.IngestAsync([bucket.Listing]));
    }

    [Fact]
    public async Task R14_an_expired_token_turns_health_red_within_two_polls_without_a_hot_loop_and_recovers_by_itself()
    {
        await using var bucket = await BucketRig.CreateAsync(6);
        var options = IngestRig.Fast with { Sources = [bucket.Listing], PollInterval = TimeSpan.FromSeconds(1), RetryBase = TimeSpan.FromSeconds(1), RetryMaximum = TimeSpan.FromSeconds(2) };
        await using var rig = await IngestRig.StartAsync(bucket.NewStore(), options);
        await rig.WhenIdleAsync();
        Assert.Equal(SourceHealth.Healthy, rig.Control.Sources[0].Health);
        foreach (var fault in new[] { FakeFault.ExpiredToken, FakeFault.AccessDenied })
        {
            bucket.Aws.Fault = _ => fault;
            int before = bucket.Aws.Calls.Count;
            var began = DateTimeOffset.UtcNow;
            await Eventually(() => rig.Control.Sources[0].Health == SourceHealth.Failing, TimeSpan.FromSeconds(10));
            Assert.Contains(fault == FakeFault.ExpiredToken ? "renew" : "policy", rig.Control.Sources[0].Message, StringComparison.Ordinal);
            await Task.Delay(3_000, TestContext.Current.CancellationToken);
            double seconds = (DateTimeOffset.UtcNow - began).TotalSeconds;
            Assert.InRange(bucket.Aws.Calls.Count - before, 1, seconds + 2);
            bucket.Aws.Fault = null;
            await Eventually(() => rig.Control.Sources[0].Health == SourceHealth.Healthy, TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task R14_forbidden_reads_turn_red_too_and_one_forbidden_object_holds_up_no_other()
    {
        await using var bucket = await BucketRig.CreateAsync(10);
        string blocked = bucket.Objects[0].Key;
        bucket.Aws.Fault = call => call.Operation == "Get" && call.Target.EndsWith(blocked, StringComparison.Ordinal) ? FakeFault.AccessDenied : null;
        await using var rig = await IngestRig.StartAsync(bucket.NewStore(), IngestRig.Fast with { Sources = [bucket.Listing] });
        await Eventually(() => rig.Control.Progress.Done == 9, TimeSpan.FromSeconds(30));
        bucket.Aws.Fault = null;
        await Eventually(() => rig.Control.Progress.Done == 10, TimeSpan.FromSeconds(30));
        Assert.Equal(SourceHealth.Healthy, rig.Control.Sources[0].Health);
    }

    [Fact]
    public async Task R14_turns_red_when_a_source_swallows_its_errors()
    {
        await using var bucket = await BucketRig.CreateAsync(1);
        var options = IngestRig.Fast with { Sources = [bucket.Listing], PollInterval = TimeSpan.FromSeconds(1) };
        await using var rig = await IngestRig.StartAsync(bucket.NewStore(), options, PlantedSources.Plant(s => new PlantedSources.LooksWell(s)));
        await rig.WhenIdleAsync();
        bucket.Aws.Fault = _ => FakeFault.ExpiredToken;
        await Task.Delay(4_000, TestContext.Current.CancellationToken);
        Assert.Equal(SourceHealth.Healthy, rig.Control.Sources[0].Health);
    }

    /// <summary>How many of a message's objects the database file does not call done: asked of the file itself, at the moment when the message goes.</summary>
    private static int Unsettled(string store, string body)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(store, "wayward.db")};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM source_objects WHERE key = $key AND state NOT IN (1, 2, 4)";
        var key = command.Parameters.Add("$key", SqliteType.Text);
        return Engine.Sources.Aws.S3Notification.Parse(body).Created.Count(item =>
        {
            key.Value = item.Key;
            return (long)command.ExecuteScalar()! == 0;
        });
    }

    private static async Task Eventually(Func<bool> condition, TimeSpan limit)
    {
        for (var until = DateTimeOffset.UtcNow + limit; !condition() && DateTimeOffset.UtcNow < until;) await Task.Delay(20);
        Assert.True(condition());
    }
}
