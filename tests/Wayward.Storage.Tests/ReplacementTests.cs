using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

/// <summary>The same key with other content: its contribution is replaced, and the whole equals a fresh ingest of what is there in the end.</summary>
public abstract class ReplacementTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static OfferedObject Offer(ObjectContribution item, long modified) =>
        new(item.Object.Source, item.Object.Container, item.Object.Key, item.Object.ETag, item.Object.ObjectBytes, modified);

    /// <summary>Reads what the ledger asks for until nothing waits, as the pipeline does.</summary>
    private static async Task<int> DrainAsync(StorageFixture storage, IReadOnlyDictionary<long, ObjectContribution> bucket)
    {
        int read = 0;
        while (await storage.Objects.WaitingAsync("folder:/logs", 5, Token) is { Count: > 0 } waiting)
        {
            await storage.Contacts.CommitAsync([.. waiting.Select(o => bucket[o.ObjectId])], Token);
            read += waiting.Count;
        }
        return read;
    }

    /// <summary>Lines of the dump that a replacement restores: all but facts, which only widen, the object rows of versions that are gone, and evidence beyond the earliest.</summary>
    private static async Task<string> TotalsAsync(StorageFixture storage)
    {
        var kinds = new[] { "cell", "pair", "coverage", "endpoint", "instance", "max-start" };
        return string.Join('\n', (await OrderTests.DumpAsync(storage)).Split('\n').Where(l => kinds.Contains(l.Split('\t')[0])));
    }

    [Theory]
    [InlineData(71)]
    [InlineData(72)]
    [InlineData(73)]
    public async Task Totals_equal_a_fresh_ingest_of_the_final_bucket(int seed)
    {
        var random = new Random(seed);
        var first = OrderTests.Objects(seed, 40);
        var versions = OrderTests.Objects(seed + 1_000, 40, "e2");
        // Grown, shrunk or other content under the same key.
        var replaced = Enumerable.Range(0, 40).Where(_ => random.Next(4) == 0).ToDictionary(n => n, n => versions[n]);
        var bucket = first.Concat(replaced.Values).ToDictionary(o => o.Object.ObjectId);

        await using var lived = await StorageFixture.CreateAsync(provider);
        await lived.Objects.OfferAsync([.. first.Select(o => Offer(o, 100))], Token);
        await DrainAsync(lived, bucket);
        long last = 0;
        foreach (var (_, item) in replaced)
        {
            await lived.Objects.OfferAsync([Offer(item, 200)], Token);
            if (random.Next(2) == 0) last += await DrainAsync(lived, bucket);
        }
        await DrainAsync(lived, bucket);
        Assert.NotNull(await lived.Contacts.PendingAsync(Token));

        await using var fresh = await StorageFixture.CreateAsync(provider);
        await fresh.Contacts.CommitAsync([.. Enumerable.Range(0, 40).Select(n => replaced.GetValueOrDefault(n, first[n]))], Token);
        string expected = await TotalsAsync(fresh), actual = await TotalsAsync(lived);
        // The watermark never goes back, and an instance's name comes from facts.
        Assert.Equal(Without(expected), Without(actual));
        Assert.Equal(replaced.Count, (await lived.Objects.CountAsync(Token)).ByState[SourceObjectState.Changed]);

        static string Without(string text) => string.Join('\n', text.Split('\n').Where(l => !l.StartsWith("max-start", StringComparison.Ordinal))
            .Select(l => l.StartsWith("instance\t", StringComparison.Ordinal) ? string.Join('\t', l.Split('\t').Where((_, n) => n is 1 or > 7)) : l));
    }

    [Fact]
    public async Task Only_what_shares_instances_and_days_is_read_again_and_evaluating_waits_for_it()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, beside, other, elsewhere) = (
            Make.Object("a", Make.Batch(Make.Id("a"), ("i-1", Make.Google, Make.T0))),
            Make.Object("beside", Make.Batch(Make.Id("beside"), ("i-1", Make.Google, Make.T0 + 60), ("i-2", Make.Quad9, Make.T0 + 60), ("i-1", Make.Google, Make.T0 + 86_400))),
            Make.Object("other", Make.Batch(Make.Id("other"), ("i-2", Make.Google, Make.T0 + 60))),
            Make.Object("elsewhere", Make.Batch(Make.Id("elsewhere"), ("i-1", Make.Google, Make.T0 + 10 * 86_400))));
        await storage.Contacts.CommitAsync([a, beside, other, elsewhere], Token);
        var changed = Make.Object("a", Make.Batch(Make.Id("a", "e2"), ("i-1", Make.Quad9, Make.T0 + 30)), etag: "e2");
        await storage.Contacts.CommitAsync([changed], Token);
        Assert.Equal(["beside"], (await storage.Objects.WaitingAsync("folder:/logs", 10, Token)).Select(o => o.Key));
        Assert.Null(await storage.Contacts.PendingAsync(Token));
        await storage.Contacts.CommitAsync([beside], Token);
        Assert.NotNull(await storage.Contacts.PendingAsync(Token));

        var history = (await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")];
        var google = history.Pairs[Make.Dns(Make.Google)];
        Assert.Equal([1L, 1L, 1L], google.Select(c => c.OutAccepted.Records));
        Assert.Equal(Make.T0 + 60, google[0].FirstContact);
        Assert.Equal(1, Assert.Single((await storage.Contacts.LoadAsync(Token)).Instances[new("i-2")].Pairs[Make.Dns(Make.Quad9)]).OutAccepted.Records);
        Assert.Equal(SourceObjectState.Changed, (await storage.Objects.FindAsync(Make.Id("a"), Token))!.State);
    }

    [Fact]
    public async Task An_older_version_that_arrives_late_contributes_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (old, young) = (Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0))), Make.Object("a", Make.Batch(2, ("i-1", Make.Quad9, Make.T0)), etag: "e2"));
        await storage.Objects.OfferAsync([Offer(old, 100)], Token);
        await storage.Objects.OfferAsync([Offer(young, 200)], Token);
        await storage.Contacts.CommitAsync([young], Token);
        Assert.Equal((0, 1), (await storage.Contacts.CommitAsync([old], Token)) is var late ? (late.Committed, late.Duplicates) : default);
        Assert.Equal([Make.Dns(Make.Quad9)], (await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs.Keys);

        await using var together = await StorageFixture.CreateAsync(provider);
        await together.Objects.OfferAsync([Offer(old, 100), Offer(young, 200)], Token);
        Assert.Equal(1, (await together.Contacts.CommitAsync([young, old], Token)).Committed);
        Assert.Equal([Make.Dns(Make.Quad9)], (await together.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs.Keys);
    }

    [Fact]
    public async Task A_twin_of_what_was_replaced_counts_from_then_on_and_a_touched_file_changes_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, twin) = (Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)), "same"), Make.Object("b", Make.Batch(2, ("i-1", Make.Google, Make.T0)), "same"));
        await storage.Contacts.CommitAsync([a, twin], Token);
        await storage.Contacts.CommitAsync([Make.Object("a", a.Batch, "same", "touched")], Token);
        Assert.Empty(await storage.Objects.WaitingAsync("folder:/logs", 10, Token));
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(3, ("i-1", Make.Quad9, Make.T0)), etag: "e3")], Token);
        Assert.Equal(1, await DrainAsync(storage, new[] { a, twin, Make.Object("a", a.Batch, "same", "touched") }.ToDictionary(o => o.Object.ObjectId)));
        var pairs = (await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs;
        Assert.Equal([1L, 1L], pairs.Values.Select(c => Assert.Single(c).OutAccepted.Records));
    }

    [Theory]
    [InlineData("touched,grown")]
    [InlineData("grown,touched")]
    [InlineData("touched|grown")]
    [InlineData("grown|touched")]
    public async Task A_file_touched_beside_one_that_grew_counts_once_whatever_comes_first(string commits)
    {
        // The touched one reaches into a day that the replacement does not clear: counted whole again, it would count there twice.
        ContactBatch Two(string etag) => Make.Batch(Make.Id("t", etag), ("i-1", Make.Google, Make.T0 + 60), ("i-1", Make.Google, Make.T0 + 3 * 86_400));
        ContactBatch Grown() => Make.Batch(Make.Id("g", "e2"), ("i-1", Make.Google, Make.T0 + 30), ("i-1", Make.Quad9, Make.T0 + 40));
        var after = new Dictionary<string, ObjectContribution> { ["touched"] = Make.Object("t", Two("e2"), "same", "e2"), ["grown"] = Make.Object("g", Grown(), etag: "e2") };
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync([Make.Object("g", Make.Batch(Make.Id("g"), ("i-1", Make.Google, Make.T0 + 30))), Make.Object("t", Two("e1"), "same")], Token);

        foreach (string commit in commits.Split('|'))
            await storage.Contacts.CommitAsync([.. commit.Split(',').Select(name => after[name])], Token);
        // Only what is still there can be read again: an etag that is gone would not be found here.
        await DrainAsync(storage, after.Values.ToDictionary(o => o.Object.ObjectId));
        Assert.NotNull(await storage.Contacts.PendingAsync(Token));

        await using var fresh = await StorageFixture.CreateAsync(provider);
        await fresh.Contacts.CommitAsync([.. after.Values], Token);
        Assert.Equal(await TotalsAsync(fresh), await TotalsAsync(storage));
        Assert.Equal(SourceObjectState.Done, (await storage.Objects.FindAsync(Make.Id("t", "e2"), Token))!.State);
    }
}
