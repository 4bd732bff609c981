using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;

namespace Wayward.Storage.Tests;

public abstract class ObjectAndInstanceTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static OfferedObject Offer(string key, long modified = 100, string etag = "e1") => new("folder:/logs", "/logs", key, etag, 10, modified);

    [Fact]
    public async Task An_offered_object_waits_until_it_is_done_and_is_not_offered_again()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        Assert.Equal(["a", "b"], (await storage.Objects.OfferAsync([Offer("a", 200), Offer("b", 100), Offer("b", 100)], Token)).Select(o => o.Key));
        Assert.Equal(["b", "a"], (await storage.Objects.WaitingAsync("folder:/logs", 10, Token)).Select(o => o.Key));
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
        Assert.Equal(["b"], (await storage.Objects.OfferAsync([Offer("a"), Offer("b")], Token)).Select(o => o.Key));
        var row = (await storage.Objects.FindAsync(Make.Id("a"), Token))!;
        Assert.Equal((SourceObjectState.Done, 200L, 1L), (row.State, row.LastModified, row.Records));
        // Another etag is another object.
        Assert.Equal(["e2"], (await storage.Objects.OfferAsync([Offer("a", etag: "e2")], Token)).Select(o => o.ETag));
    }

    [Fact]
    public async Task A_version_that_is_gone_is_settled_only_when_a_later_one_is_known()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var first = Offer("a", 100);
        await storage.Objects.OfferAsync([first], Token);
        Assert.False(await storage.Objects.SettleGoneVersionAsync(first, Token));
        // Of two that one listing saw in the same second, either may be the later.
        await storage.Objects.OfferAsync([Offer("a", 200, "e2")], Token);
        Assert.False(await storage.Objects.SettleGoneVersionAsync(first, Token));
        storage.Time.Advance(TimeSpan.FromSeconds(2));
        await storage.Objects.OfferAsync([Offer("a", 50, "e3"), Offer("b", 300)], Token);
        Assert.True(await storage.Objects.SettleGoneVersionAsync(first, Token));
        Assert.False(await storage.Objects.SettleGoneVersionAsync(first, Token));
        Assert.False(await storage.Objects.SettleGoneVersionAsync(Offer("a", 50, "e3"), Token));
        Assert.Equal(SourceObjectState.Changed, (await storage.Objects.FindAsync(first.ObjectId, Token))!.State);
        Assert.Equal(["e2", "e3"], (await storage.Objects.WaitingAsync("folder:/logs", 10, Token)).Where(o => o.Key == "a").Select(o => o.ETag).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Retry_comes_back_when_due_and_quarantine_only_by_an_operator()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Objects.OfferAsync([Offer("a"), Offer("b"), Offer("c")], Token);
        await storage.Objects.MarkRetryAsync(Make.Id("a"), "timeout", TimeSpan.FromMinutes(5), Token);
        await storage.Objects.MarkQuarantinedAsync(Make.Id("b"), new string('x', 5_000), Token);
        Assert.True(await storage.Objects.SkipAsync(Make.Id("c"), Token));
        Assert.Empty(await storage.Objects.WaitingAsync("folder:/logs", 10, Token));
        storage.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["a"], (await storage.Objects.WaitingAsync("folder:/logs", 10, Token)).Select(o => o.Key));
        Assert.True(await storage.Objects.RequeueAsync(Make.Id("b"), Token));
        Assert.True(await storage.Objects.RequeueAsync(Make.Id("c"), Token));
        Assert.False(await storage.Objects.RequeueAsync(Make.Id("b"), Token));
        Assert.Equal(3, (await storage.Objects.WaitingAsync("folder:/logs", 10, Token)).Count);

        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
        await storage.Objects.MarkRetryAsync(Make.Id("a"), "late failure", TimeSpan.Zero, Token);
        Assert.Equal(SourceObjectState.Done, (await storage.Objects.FindAsync(Make.Id("a"), Token))!.State);
        Assert.False(await storage.Objects.SkipAsync(Make.Id("a"), Token));
    }

    [Fact]
    public async Task Objects_are_found_by_state_text_and_time()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Objects.OfferAsync([Offer("A_1.log"), Offer("ab1.log"), Offer("100%.log")], Token);
        await storage.Contacts.CommitAsync([Make.Object("A_1.log", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
        await storage.Objects.MarkQuarantinedAsync(Make.Id("100%.log"), "No header <b>", Token);
        Assert.Equal(["A_1.log"], (await storage.Objects.QueryAsync([], "a_1", 0, 10, Token)).Rows.Select(r => r.Key));
        Assert.Equal(["100%.log"], (await storage.Objects.QueryAsync([SourceObjectState.Quarantined, SourceObjectState.Retry], "no header <B>", 0, 10, Token)).Rows.Select(r => r.Key));
        var (rows, total) = await storage.Objects.QueryAsync([], null, 1, 1, Token);
        Assert.Equal((1, 3), (rows.Count, total));
        Assert.Equal(["A_1.log"], (await storage.Objects.CoveringAsync(Make.T0 + 10, Make.T0 + 20, 5, Token)).Select(r => r.Key));
        Assert.Empty(await storage.Objects.CoveringAsync(Make.T0 + 3_600, Make.T0 + 7_200, 5, Token));
        var counts = await storage.Objects.CountAsync(Token);
        Assert.Equal((1L, 1L, 1L), (counts.ByState[SourceObjectState.Done], counts.ByState[SourceObjectState.Seen], counts.Records));
        Assert.Equal(storage.Time.Now.ToUnixTimeSeconds(), counts.LastDone);
    }

    [Fact]
    public async Task Instances_are_listed_searched_and_told_learning_from_evaluated()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var old = Make.Batch(1, Enumerable.Range(0, 9).Select(d => ("i-old", Make.Google, Make.T0 + d * 86_400L)).Append(("i-old", Make.Quad9, Make.T0)).ToArray());
        Make.Know(Make.Share(old, "i-old"), InstanceAttribute.Name, "Web_17 <b>", Make.T0, Make.T0 + 60);
        var young = Make.Batch(2, ("i-young", Make.Google, Make.T0 + 8 * 86_400L), ("i-young", Make.Google, Make.T0 + 8 * 86_400L + 7_200));
        await storage.Contacts.CommitAsync([Make.Object("a", old), Make.Object("b", young)], Token);

        var page = await storage.Instances.QueryAsync(new() { Sort = InstanceSort.Destinations }, Token);
        Assert.Equal(["i-old", "i-young"], page.Rows.Select(r => r.Id));
        Assert.Equal((2, 1), (page.Rows[0].Destinations, page.Rows[1].Destinations));
        Assert.Equal(["i-young"], (await storage.Instances.QueryAsync(new() { OnlyLearning = true }, Token)).Rows.Select(r => r.Id));
        Assert.Equal(["i-old"], (await storage.Instances.QueryAsync(new() { Text = "web_17" }, Token)).Rows.Select(r => r.Id));
        Assert.Equal(0, (await storage.Instances.QueryAsync(new() { Text = "web%17" }, Token)).Total);
        foreach (var sort in Enum.GetValues<InstanceSort>())
            foreach (bool descending in new[] { false, true })
                Assert.Equal(2, (await storage.Instances.QueryAsync(new() { Sort = sort, Descending = descending }, Token)).Rows.Count);

        var fleet = await storage.Instances.FleetAsync(Token);
        Assert.Equal((2, 1, 2), (fleet.Instances, fleet.Learning, fleet.Destinations));
        Assert.Equal(Make.T0 + 15 * 86_400L, fleet.NextEvaluated);
        Assert.Equal(Make.T0 + 8 * 86_400L + 7_200, fleet.MaxStart);
    }

    [Fact]
    public async Task Another_history_window_moves_the_start_of_observation_at_the_next_start()
    {
        string directory = StorageFixture.NewHome();
        await using (var storage = await StorageFixture.CreateAsync(provider, directory))
        {
            await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0), ("i-1", Make.Google, Make.T0 + 50 * 86_400)))], Token);
            Assert.Equal(Make.T0 + 50 * 86_400, (await storage.Instances.FindAsync("i-1", Token))!.ObservedSince);
        }
        await using (var storage = await StorageFixture.CreateAsync(provider, directory, new DetectionOptions { HistoryWindow = TimeSpan.FromDays(60) }))
            Assert.Equal(Make.T0, (await storage.Instances.FindAsync("i-1", Token))!.ObservedSince);
        Directory.Delete(directory, true);
    }

    [Fact]
    public async Task Destinations_tell_who_uses_them()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var batch = Make.Batch(1, ("i-1", Make.Google, Make.T0), ("i-1", Make.Google, Make.T0 + 3_600), ("i-1", Make.Quad9, Make.T0 + 90_000), ("i-2", Make.Google, Make.T0 + 60));
        await storage.Contacts.CommitAsync([Make.Object("a", batch)], Token);
        var (rows, total) = await storage.Instances.DestinationsAsync(null, 0, 1, Token);
        Assert.Equal((2, Make.Quad9, 1), (total, rows[0].Address, rows[0].Instances));
        Assert.Equal(Make.Google, Assert.Single((await storage.Instances.DestinationsAsync("8.8.8", 0, 10, Token)).Rows).Address);
        Assert.Equal(["i-1", "i-2"], (await storage.Instances.UsersOfAsync(Make.Google, 10, Token)).Select(u => u.InstanceId));
        Assert.Equal(2, (await storage.Instances.DestinationsAsync(null, 0, 10, Token)).Rows.Single(r => r.Address == Make.Google).Instances);
    }
}
