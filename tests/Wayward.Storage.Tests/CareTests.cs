using Wayward.Core.Contacts;
using Wayward.Storage.Maintenance;

namespace Wayward.Storage.Tests;

/// <summary>Summaries and compaction.</summary>
public abstract class CareTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;
    private static readonly RetentionOptions Keep = new() { CompactAfterDays = 0 };

    [Fact]
    public async Task A_value_changed_behind_our_back_is_found_though_the_file_is_sound_and_an_honest_commit_is_not()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync(OrderTests.Objects(31, 40), Token);
        var maintenance = storage.Get<IStorageMaintenance>();
        Assert.True((await maintenance.RunAsync(Keep, Token)).Sealed > 0);
        Assert.Equal(0, (await maintenance.RunAsync(Keep, Token)).Sealed);
        var report = await maintenance.VerifyAsync(Token);
        Assert.True(report.Good);
        Assert.True(report.Days > 0);

        // Late data is written to a sealed day: its summary goes, and comes back with the next run.
        await storage.Contacts.CommitAsync([Make.Object("late", Make.Batch(99, ("i-1", Make.Google, Make.T0 + 30)))], Token);
        Assert.True((await maintenance.VerifyAsync(Token)).Good);
        Assert.Equal(1, (await maintenance.RunAsync(Keep, Token)).Sealed);

        Assert.True(await storage.TamperAsync($"UPDATE contact_hours SET out_accepted_bytes = out_accepted_bytes + 1 WHERE hour = {UnixTime.Hour(Make.T0)} AND instance_id = (SELECT id FROM instances WHERE key = 'i-1')") > 0);
        Assert.Contains("2026-02-01", Assert.Single((await maintenance.VerifyAsync(Token)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compaction_keeps_sums_spans_and_order_independence()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var objects = OrderTests.Objects(41, 60);
        await storage.Contacts.CommitAsync(objects, Token);
        var before = await storage.Contacts.LoadAsync(Token);
        var maintenance = storage.Get<IStorageMaintenance>();
        // The program's clock is where the data end, or it would compact nothing of what lies ahead. A run goes a step further than the one before it, so a long past takes several.
        storage.Time.Now = DateTimeOffset.FromUnixTimeSeconds(before.MaxStart);
        long folded = 0;
        for (int run = 0; run < 24; run++) folded += (await maintenance.RunAsync(new() { CompactAfterDays = 60 }, Token)).Cells;
        Assert.True(folded > 0);
        Assert.Equal(0, (await maintenance.RunAsync(new() { CompactAfterDays = 60 }, Token)).Cells);
        var after = await storage.Contacts.LoadAsync(Token);
        int cutoff = UnixTime.Day(before.MaxStart) - 60;
        foreach (var (key, history) in before.Instances)
        {
            foreach (var (endpoint, cells) in history.Pairs)
            {
                var now = after.Instances[key].Pairs[endpoint];
                Assert.Equal(cells.Sum(c => c.OutAccepted.Bytes), now.Sum(c => c.OutAccepted.Bytes));
                Assert.Equal((cells.Min(c => c.FirstContact), cells.Max(c => c.LastContact)), (now.Min(c => c.FirstContact), now.Max(c => c.LastContact)));
                Assert.All(now.Where(c => c.Hour / 24 < cutoff).GroupBy(c => c.Hour / 24), d => Assert.Single(d));
                Assert.Equal(cells.Count(c => c.Hour / 24 >= cutoff), now.Count(c => c.Hour / 24 >= cutoff));
            }
        }
        Assert.True((await maintenance.VerifyAsync(Token)).Good);
    }

    /// <summary>A record of the year 2100, and a program's clock that agrees with it for once: what one run compacts is bounded all the same, and nothing follows the record's clock alone.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 31)]
    public async Task A_wrong_clock_compacts_at_most_a_step(bool programsClockToo, int most)
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        const int Days = 50;
        // Two cells a day: a compacted day has one.
        var contacts = Enumerable.Range(0, Days).SelectMany(d => new[] { ("i-1", Make.Google, Make.T0 + d * 86_400L), ("i-1", Make.Google, Make.T0 + d * 86_400L + 7_200) });
        var future = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(Make.Id("a"), [.. contacts, ("i-1", Make.Google, future.ToUnixTimeSeconds())]))], Token);
        storage.Time.Now = programsClockToo ? future : DateTimeOffset.FromUnixTimeSeconds(Make.T0 + Days * 86_400L);
        long folded = (await storage.Get<IStorageMaintenance>().RunAsync(new() { CompactAfterDays = 60 }, Token)).Cells;
        Assert.InRange(folded, 0, 2 * most);
        var cells = (await storage.Contacts.LoadAsync(Token)).Instances.Values.SelectMany(h => h.Pairs.Values).SelectMany(c => c).ToList();
        Assert.Equal(2 * Days + 1 - (programsClockToo ? 31 : 0), cells.Count);
    }
}
