using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Engine.Tests.Reliability;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Pipeline;

public sealed class BackfillTests
{
    private const int Objects = 200;
    private static readonly DateOnly First = new(2026, 10, 1), Last = new(2026, 10, 14);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Ten objects a day from 1 October 2026 on, put in no useful order.</summary>
    private static async Task<BucketRig> BucketAsync(int count = Objects)
    {
        var bucket = await BucketRig.CreateAsync(0);
        var at = DateTimeOffset.UtcNow.AddDays(-1);
        for (int i = 0; i < count; i++) bucket.Put(SmallObjects.Make(i, count), at.AddMinutes(i * 7 % count));
        return bucket;
    }

    /// <summary>The live listing begins after the days that are to be back-filled.</summary>
    private static SourceOptions Live(BucketRig bucket) => bucket.Listing with { StartDate = "2026-10-15" };

    private static BackfillRange Range(BucketRig bucket, bool newestFirst) => new(Live(bucket).Name, First, Last, "", newestFirst);

    private static Task<IngestRig> StartAsync(BucketRig bucket, string store, int workers = 1) =>
        IngestRig.StartAsync(store, IngestRig.Fast with { Sources = [Live(bucket)], Workers = workers, CommitObjects = 4 });

    private static string[] Read(BucketRig bucket) => [.. bucket.Aws.Calls.Where(c => c.Operation == "Get").Select(c => c.Target)];

    private static async Task<BackfillRow> UntilAsync(IngestRig rig, int id, Func<BackfillRow, bool> when)
    {
        var store = rig.Get<IBackfillStore>();
        for (int i = 0; i < 3_000; i++)
        {
            var row = (await store.FindAsync(id, Token))!;
            if (when(row)) return row;
            await Task.Delay(10, Token);
        }
        throw new TimeoutException($"backfill {id}: {await store.FindAsync(id, Token)}");
    }

    [Fact]
    public async Task A_dry_run_counts_and_reads_nothing_and_the_backfill_takes_its_range_in_its_order()
    {
        await using var bucket = await BucketAsync();
        await using var rig = await StartAsync(bucket, bucket.NewStore());
        await rig.WhenIdleAsync();
        string[] live = Read(bucket);
        var store = rig.Get<IBackfillStore>();
        var row = await store.RequestAsync(Range(bucket, newestFirst: true), survey: true, "ana", Token);
        row = await UntilAsync(rig, row.Id, b => b.State == BackfillState.Surveyed);
        Assert.Equal((140L, 140L), (row.SurveyObjects, row.LackingObjects));
        Assert.Equal(bucket.Objects.Take(140).Sum(o => o.Size), row.SurveyBytes);
        Assert.Equal(live, Read(bucket));

        await store.ApplyAsync(row.Id, BackfillVerb.Start, "ana", Token);
        await rig.WhenIdleAsync();
        row = (await store.FindAsync(row.Id, Token))!;
        Assert.Equal((BackfillState.Done, 140L, 140L), (row.State, row.Objects, row.Settled));
        string[] days = [.. Read(bucket).Skip(live.Length).Select(t => t[..t.LastIndexOf('/')])];
        Assert.Equal(140, days.Length);
        Assert.Equal(days.OrderDescending(StringComparer.Ordinal), days);
        Assert.Empty(await store.ActiveAsync(Token));

        var again = await store.RequestAsync(Range(bucket, newestFirst: false) with { Prefix = "AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/10/1" }, survey: true, "ana", Token);
        again = await UntilAsync(rig, again.Id, b => b.State == BackfillState.Surveyed);
        // One has the content, and the day, of an earlier one.
        Assert.Equal((49L, 0L), (again.SurveyObjects, again.LackingObjects));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backfill_that_is_paused_and_started_anew_in_the_middle_equals_ingest_in_time_order(bool newestFirst)
    {
        await using var bucket = await BucketAsync();
        string expected = await bucket.IngestAsync([bucket.Listing]);
        string store = bucket.NewStore();
        int id;
        await using (var rig = await StartAsync(bucket, store))
        {
            await rig.WhenIdleAsync();
            var backfills = rig.Get<IBackfillStore>();
            id = (await backfills.RequestAsync(Range(bucket, newestFirst), survey: false, "ana", Token)).Id;
            await UntilAsync(rig, id, b => rig.Control.Progress.Done >= 60 + 20);
            Assert.True(await backfills.ApplyAsync(id, BackfillVerb.Pause, "ana", Token));
            await rig.WhenIdleAsync();
            long at = rig.Control.Progress.Done;
            Assert.InRange(at, 80, Objects - 20);
            await Task.Delay(300, Token);
            Assert.Equal(at, rig.Control.Progress.Done);
        }
        await using (var rig = await StartAsync(bucket, store))
        {
            await rig.WhenIdleAsync();
            Assert.Equal(BackfillState.Paused, (await rig.Get<IBackfillStore>().FindAsync(id, Token))!.State);
            Assert.True(await rig.Get<IBackfillStore>().ApplyAsync(id, BackfillVerb.Resume, "ana", Token));
            await UntilAsync(rig, id, b => rig.Control.Progress.Done >= 20);
            // Stopped while it runs.
        }
        await using (var rig = await StartAsync(bucket, store))
        {
            await UntilAsync(rig, id, b => b.State == BackfillState.Done);
            await rig.WhenIdleAsync();
            Assert.Equal(140, (await rig.Get<IBackfillStore>().FindAsync(id, Token))!.Settled);
            Assert.Equal(expected, await rig.DumpAsync());
            Assert.Contains("finding", expected, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_cancelled_backfill_left_is_named_and_a_second_one_reads_the_rest_to_the_same_end()
    {
        await using var bucket = await BucketAsync();
        string expected = await bucket.IngestAsync([bucket.Listing]);
        await using var rig = await StartAsync(bucket, bucket.NewStore());
        await rig.WhenIdleAsync();
        var backfills = rig.Get<IBackfillStore>();
        int id = (await backfills.RequestAsync(Range(bucket, newestFirst: false), survey: false, "ana", Token)).Id;
        await UntilAsync(rig, id, b => rig.Control.Progress.Done >= 60 + 20);
        Assert.True(await backfills.ApplyAsync(id, BackfillVerb.Cancel, "ana", Token));
        await rig.WhenIdleAsync();
        var states = (await rig.Ledger.CountAsync(Token)).ByState;
        long aside = states.GetValueOrDefault(SourceObjectState.Skipped);
        Assert.InRange(aside, 1, 120);
        Assert.Equal(Objects, aside + states.GetValueOrDefault(SourceObjectState.Done) + states.GetValueOrDefault(SourceObjectState.Duplicate));
        Assert.All((await rig.Ledger.QueryAsync([SourceObjectState.Skipped], null, 0, 200, Token)).Rows, o => Assert.EndsWith("backfill cancelled", o.Reason, StringComparison.Ordinal));
        Assert.NotEqual(expected, await rig.DumpAsync());

        // One by hand, the rest by a second backfill.
        var one = (await rig.Ledger.QueryAsync([SourceObjectState.Skipped], null, 0, 1, Token)).Rows[0];
        Assert.True(await rig.Control.RetryAsync(one.ObjectId, "ana", Token));
        await rig.WhenIdleAsync();
        Assert.Equal(SourceObjectState.Done, (await rig.Ledger.FindAsync(one.ObjectId, Token))!.State);
        int second = (await backfills.RequestAsync(Range(bucket, newestFirst: true), survey: false, "ana", Token)).Id;
        await UntilAsync(rig, second, b => b.State == BackfillState.Done);
        await rig.WhenIdleAsync();
        Assert.Equal(aside - 1, (await backfills.FindAsync(second, Token))!.Objects);
        Assert.Equal(expected, await rig.DumpAsync());
    }

    [Fact]
    public async Task What_comes_live_does_not_wait_for_a_backfill()
    {
        await using var bucket = await BucketAsync();
        await using var rig = await StartAsync(bucket, bucket.NewStore());
        await rig.WhenIdleAsync();
        var backfills = rig.Get<IBackfillStore>();
        await backfills.RequestAsync(Range(bucket, newestFirst: false), survey: false, "ana", Token);
        while (rig.Control.Progress.Done < 60 + 5) await Task.Delay(2, Token);
        string day = DateTime.UtcNow.ToString("yyyy/MM/dd", System.Globalization.CultureInfo.InvariantCulture);
        string key = $"AWSLogs/111122223333/vpcflowlogs/eu-west-1/{day}/live.log.gz";
        bucket.Put((key, SmallObjects.Make(3, 5, seed: 77).Content));
        rig.Control.ScanNow();
        await rig.WhenIdleAsync();
        string[] read = Read(bucket);
        int at = Array.FindIndex(read, t => t.EndsWith("live.log.gz", StringComparison.Ordinal));
        Assert.InRange(at, 60, read.Length - 20);
    }

    [Fact]
    public async Task A_pause_written_by_another_process_is_obeyed_and_outlives_a_restart()
    {
        await using var bucket = await BucketAsync(40);
        var source = bucket.Listing;
        string store = bucket.NewStore();
        await using (var rig = await IngestRig.StartAsync(store, IngestRig.Fast with { Sources = [source], Workers = 1 }, start: false))
        {
            Assert.False(await rig.Control.PauseAsync("folder:/none", true, "ana", Token));
            Assert.True(await rig.Control.PauseAsync(source.Name, true, "ana", Token));
        }
        await using (var rig = await IngestRig.StartAsync(store, IngestRig.Fast with { Sources = [source], Workers = 1 }))
        {
            await rig.WhenIdleAsync();
            Assert.True(rig.Control.Sources[0].Paused);
            // It is looked at, and not read; nor is a backfill of it.
            Assert.Equal((0L, 40L), (rig.Control.Progress.Done, rig.Control.Progress.Total));
            await rig.Get<IBackfillStore>().RequestAsync(new(source.Name, null, null, "", false), survey: false, "ana", Token);
            await rig.WhenIdleAsync();
            Assert.Empty(Read(bucket));
            // As another process would write it.
            Assert.True(await rig.Get<ISourceDirectory>().PauseAsync(source.Name, false, "ben", Token));
            for (int i = 0; i < 500 && rig.Control.Sources[0].Paused; i++) await Task.Delay(10, Token);
            await rig.WhenIdleAsync();
            Assert.Equal(40, rig.Control.Progress.Done);
        }
    }

    [Fact]
    public async Task A_folder_is_back_filled_by_the_days_of_its_layout_and_a_listing_that_fails_says_so()
    {
        using var folder = new TempFolder();
        SmallObjects.WriteAll(folder.Path("logs"), 40);
        var source = new SourceOptions { Path = folder.Path("logs") };
        await using var rig = await IngestRig.StartAsync(folder.Path("data"), IngestRig.Fast with { Sources = [source] });
        await rig.Control.PauseAsync(source.Name, true, "ana", Token);
        var backfills = rig.Get<IBackfillStore>();
        var row = await backfills.RequestAsync(new(source.Name, First, First.AddDays(1), "", false), survey: true, "ana", Token);
        row = await UntilAsync(rig, row.Id, b => b.State == BackfillState.Surveyed);
        Assert.Equal(4, row.SurveyObjects);

        await using var bucket = await BucketAsync(1);
        var gone = Live(bucket) with { Bucket = "absent" };
        await using var other = await IngestRig.StartAsync(bucket.NewStore(), IngestRig.Fast with { Sources = [gone] });
        row = await other.Get<IBackfillStore>().RequestAsync(new(gone.Name, null, null, "", false), survey: true, "ana", Token);
        row = await UntilAsync(other, row.Id, b => b.Problem is not null);
        Assert.Contains("absent", row.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWSLogs/1/vpcflowlogs/eu-west-1/2026/03/05/1_vpcflowlogs_eu-west-1_fl-1_20260305T0810Z_ab.log.gz", "2026-03-05T08:10:00Z")]
    [InlineData("AWSLogs/1/vpcflowlogs/eu-west-1/2026/03/05/07/x.log.gz", "2026-03-05T07:00:00Z")]
    [InlineData("AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=r/year=2026/month=03/day=05/hour=09/x.parquet", "2026-03-05T09:00:00Z")]
    [InlineData("loose/1_vpcflowlogs_eu-west-1_fl-1_20260305T0810Z_ab.log.gz", "2026-03-05T08:10:00Z")]
    [InlineData("2026/99/05/x.log", "2026-01-01T00:00:00Z")]
    [InlineData("loose/x.log", "2026-01-01T00:00:00Z")]
    public void The_day_that_an_object_is_filed_under_is_read_from_its_key(string key, string at)
    {
        var expected = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var filed = Engine.Sources.Aws.S3Layout.Filed(key, 1_767_225_600);
        Assert.Equal((DateOnly.FromDateTime(expected.UtcDateTime), expected.ToUnixTimeSeconds()), filed);
    }
}
