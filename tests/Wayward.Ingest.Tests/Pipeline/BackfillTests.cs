using Wayward.Ingest.Sources;
using Wayward.Ingest.Tests.Fakes;
using Wayward.Ingest.Tests.Reliability;

namespace Wayward.Ingest.Tests.Pipeline;

public sealed class BackfillTests
{
    [Fact]
    public async Task A_backfill_takes_its_range_in_its_order_pauses_and_says_beforehand_what_it_would_take()
    {
        await using var bucket = await BucketRig.CreateAsync(0);
        var at = DateTimeOffset.UtcNow.AddDays(-1);
        for (int i = 0; i < 20; i++) bucket.Put(SmallObjects.Make(i, 20), at.AddMinutes(i));
        // One object a day from 1 October 2026.
        var source = bucket.Listing with { StartDate = "2026-10-05", EndDate = "2026-10-14", NewestFirst = true };

        var report = await SourceDryRun.RunAsync(source, null, TimeProvider.System, FakeAws.Settings, TestContext.Current.CancellationToken);
        Assert.Equal((10L, 10L), (report.Objects, report.NewObjects));
        Assert.DoesNotContain(bucket.Aws.Calls, c => c.Operation == "Get");

        await using var rig = await IngestRig.StartAsync(bucket.NewStore(), IngestRig.Fast with { Sources = [source], Workers = 1 }, start: false);
        Assert.True(await rig.Control.PauseAsync(source.Name, true, "ana", TestContext.Current.CancellationToken));
        await rig.StartAsync();
        await rig.WhenIdleAsync();
        Assert.True(rig.Control.Sources[0].Paused);
        Assert.Equal((0L, 10L), (rig.Control.Progress.Done, rig.Control.Progress.Total));
        Assert.True(await rig.Control.PauseAsync(source.Name, false, "ana", TestContext.Current.CancellationToken));
        Assert.False(await rig.Control.PauseAsync("folder:/none", true, "ana", TestContext.Current.CancellationToken));
        await rig.WhenIdleAsync();
        Assert.Equal(10, rig.Control.Progress.Done);
        string[] read = [.. bucket.Aws.Calls.Where(c => c.Operation == "Get").Select(c => c.Target)];
        Assert.Equal(read.OrderDescending(StringComparer.Ordinal), read);
        var after = await SourceDryRun.RunAsync(source with { StartDate = null, EndDate = null }, rig.Ledger, TimeProvider.System, FakeAws.Settings, TestContext.Current.CancellationToken);
        Assert.Equal((20L, 10L), (after.Objects, after.NewObjects));
    }
}
