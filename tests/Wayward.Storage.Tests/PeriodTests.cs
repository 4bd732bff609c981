using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;

namespace Wayward.Storage.Tests;

public abstract class PeriodTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_period_counts_what_was_found_and_decided_by_whom_and_how_fast()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, b, c) = (Make.Finding("i-1", Make.Google, Make.T0, 75), Make.Finding("i-2", Make.Google, Make.T0 + 3_600), Make.Finding("i-3", Make.Quad9, Make.T0 + 90_000, 30, "Quad9"));
        await storage.Findings.ApplyAsync(Make.Result(a, b, c), null, _ => null, Token);
        storage.Time.Advance(TimeSpan.FromHours(1));
        long wrong = await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [b.Id] = 1 }, FindingStatus.Closed, Resolution.FalsePositive, null, "ben", ""), Token);
        await storage.Audit.UndoAsync(wrong, "ben", Token);
        storage.Time.Advance(TimeSpan.FromHours(1));
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [a.Id] = 1 }, FindingStatus.Closed, Resolution.TruePositive, null, "ana", ""), Token);

        var period = await storage.Get<IPeriodStore>().CountAsync(new() { IncludeUnreported = true, FirstTo = Make.T0 + 86_400 }, Token);
        Assert.Equal(2, period.Groups.Sum(g => g.Count));
        Assert.Equal((SeverityBand.High, FindingStatus.Closed, Resolution.TruePositive, 1), period.Groups.Where(g => g.Band == SeverityBand.High).Select(g => (g.Band, g.Status, g.Resolution, g.Count)).Single());
        Assert.Equal([("Google", 2)], period.Targets);
        // An undone decision decided nothing.
        var decision = Assert.Single(period.Decisions);
        Assert.Equal((a.Id, "ana", 7_200L), (decision.FindingId, decision.Actor, decision.At - decision.DetectedAt));
        Assert.Equal([b.Id], period.Open.Select(f => f.Id));
        Assert.Equal(3, (await storage.Get<IPeriodStore>().CountAsync(new() { IncludeUnreported = true }, Token)).Groups.Sum(g => g.Count));
    }

    [Fact]
    public async Task Coverage_is_the_share_of_logged_hours_between_first_and_last_record_within_the_period()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        // One instance with records in hours 0, 1 and 9 of the day: 3 of 10 hours.
        var batch = Make.Batch(Make.Id("a"), ("i-1", Make.Google, Make.T0), ("i-1", Make.Google, Make.T0 + 3_600), ("i-1", Make.Google, Make.T0 + 9 * 3_600));
        await storage.Contacts.CommitAsync([Make.Object("a", batch)], Token);
        var store = storage.Get<IPeriodStore>();
        Assert.Equal((1, 3L, 10L), Of(await store.CountAsync(new(), Token)));
        Assert.Equal((1, 2L, 5L), Of(await store.CountAsync(new() { FirstFrom = Make.T0, FirstTo = Make.T0 + 5 * 3_600 }, Token)));
        Assert.Equal((0, 0L, 0L), Of(await store.CountAsync(new() { FirstFrom = Make.T0 + 10 * 86_400 }, Token)));

        static (int, long, long) Of(PeriodCounts counts) => (counts.Coverage.Instances, counts.Coverage.LoggedHours, counts.Coverage.Hours);
    }
}
