using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

/// <summary>Objects are handed to several processes on PostgreSQL; on SQLite one process reads and nothing is leased.</summary>
public sealed class LeaseTests
{
    private const string Source = "folder:/logs";
    private static readonly LeaseTerms Ann = new("ann", TimeSpan.FromSeconds(30)), Ben = new("ben", TimeSpan.FromSeconds(30));
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static OfferedObject Offer(string key, long modified = 100) => new(Source, "/logs", key, "e1", 10, modified);

    private static ObjectContribution Read(OfferedObject item)
    {
        var read = Make.Object(item.Key, Make.Batch(item.ObjectId, ("i-1", Make.Google, Make.T0)));
        return read with { Object = read.Object with { LeaseEpoch = item.LeaseEpoch } };
    }

    private static async Task<StorageFixture> WithAsync(params OfferedObject[] objects)
    {
        var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        await storage.Objects.OfferAsync(objects, Token);
        return storage;
    }

    /// <summary>As if the time had come, without waiting for it.</summary>
    private static Task EndOfLeaseAsync(StorageFixture storage) => storage.TamperAsync("UPDATE source_objects SET lease_until = 1 WHERE state = 2");

    [Fact]
    public async Task What_one_has_taken_nobody_else_is_handed_until_the_lease_ends()
    {
        await using var storage = await WithAsync(Offer("a", 100), Offer("b", 200), Offer("c", 300));
        Assert.True(storage.Objects.Leases);
        Assert.Equal(["a", "b"], (await storage.Objects.ClaimAsync(Source, 2, newestFirst: false, Ann, Token)).Select(o => o.Key));
        Assert.Equal(["c"], (await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token)).Select(o => o.Key));
        Assert.Empty(await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token));
        await EndOfLeaseAsync(storage);
        var again = await storage.Objects.ClaimAsync(Source, 9, newestFirst: true, Ben, Token);
        Assert.Equal([("c", 2), ("b", 2), ("a", 2)], again.Select(o => (o.Key, o.LeaseEpoch!.Value)));
    }

    [Fact]
    public async Task A_lease_that_is_renewed_does_not_end_and_one_given_back_waits_at_once()
    {
        await using var storage = await WithAsync(Offer("a", 100), Offer("b", 200));
        var held = await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ann, Token);
        await EndOfLeaseAsync(storage);
        await storage.Objects.RenewAsync(held, Ann, Token);
        Assert.Empty(await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token));
        await storage.Objects.ReleaseAsync([held[1]], Token);
        Assert.Equal(["b"], (await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token)).Select(o => o.Key));
        // What passed to someone else is neither kept nor given back by who had it before.
        await EndOfLeaseAsync(storage);
        await storage.Objects.RenewAsync([held[1]], Ann, Token);
        Assert.Equal([("a", 2), ("b", 3)], (await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token)).Select(o => (o.Key, o.LeaseEpoch!.Value)).Order());
        await storage.Objects.ReleaseAsync(held, Token);
        Assert.Empty((await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token)).Select(o => o.Key));
    }

    [Fact]
    public async Task The_late_commit_and_the_late_verdict_of_who_stood_still_are_refused()
    {
        await using var storage = await WithAsync(Offer("a"), Offer("b"));
        var stale = await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ann, Token);
        await EndOfLeaseAsync(storage);
        var fresh = await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token);

        var late = await storage.Contacts.CommitAsync([.. stale.Select(Read)], Token);
        Assert.Equal((0, 0, 2), (late.Committed, late.Duplicates, late.Refused.Count));
        Assert.Empty((await storage.Contacts.LoadAsync(Token)).Instances);
        await storage.Objects.MarkQuarantinedAsync(stale[0], "late", Token);
        await storage.Objects.MarkRetryAsync(stale[1], "late", TimeSpan.Zero, Token);
        Assert.All(stale, o => Assert.Equal(SourceObjectState.Leased, storage.Objects.FindAsync(o.ObjectId, Token).GetAwaiter().GetResult()!.State));

        // One commit with both: what is ours is taken, what is not is refused.
        var mixed = await storage.Contacts.CommitAsync([Read(fresh[0]), Read(stale[1])], Token);
        Assert.Equal((1, 1), (mixed.Committed, mixed.Refused.Count));
        await storage.Objects.MarkQuarantinedAsync(fresh[1], "bad", Token);
        Assert.Equal(SourceObjectState.Quarantined, (await storage.Objects.FindAsync(fresh[1].ObjectId, Token))!.State);
        Assert.Single((await storage.Contacts.CommitAsync([Read(fresh[0])], Token)).Refused);
    }

    [Fact]
    public async Task Without_the_fence_a_late_commit_is_taken_which_these_tests_see()
    {
        await using var storage = await WithAsync(Offer("a"));
        var stale = await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ann, Token);
        await EndOfLeaseAsync(storage);
        await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token);
        // The planted bug: the commit does not say under which lease it was read.
        var read = Read(stale[0]);
        Assert.Equal(1, (await storage.Contacts.CommitAsync([read with { Object = read.Object with { LeaseEpoch = null } }], Token)).Committed);
    }

    [Fact]
    public async Task An_operator_may_set_aside_what_is_being_read_and_what_is_due_again_comes_before_what_is_new()
    {
        await using var storage = await WithAsync(Offer("a"), Offer("b", 50));
        var held = (await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token)).ToDictionary(o => o.Key);
        await storage.Objects.MarkRetryAsync(held["a"], "timeout", TimeSpan.Zero, Token);
        Assert.True(await storage.Objects.SkipAsync(held["b"].ObjectId, Token));
        Assert.Single((await storage.Contacts.CommitAsync([Read(held["b"])], Token)).Refused);
        await storage.Objects.OfferAsync([Offer("c", 1)], Token);
        storage.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], (await storage.Objects.ClaimAsync(Source, 1, newestFirst: false, Ben, Token)).Select(o => o.Key));
        Assert.Equal([held["b"].ObjectId], await storage.Objects.SettledAsync([held["a"].ObjectId, held["b"].ObjectId], Token));
    }

    [Fact]
    public async Task Many_claim_side_by_side_and_each_object_is_handed_out_once()
    {
        await using var storage = await WithAsync([.. Enumerable.Range(0, 200).Select(n => Offer($"o{n}", n))]);
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
        {
            var mine = new List<string>();
            while (await storage.Objects.ClaimAsync(Source, 7, newestFirst: false, Ben with { Owner = $"p{n}" }, Token) is { Count: > 0 } claimed) mine.AddRange(claimed.Select(o => o.Key));
            return mine;
        }));
        Assert.Equal(200, taken.Sum(t => t.Count));
        Assert.Equal(200, taken.SelectMany(t => t).Distinct().Count());
    }

    [Fact]
    public async Task A_file_leases_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        await storage.Objects.OfferAsync([Offer("a")], Token);
        Assert.False(storage.Objects.Leases);
        Assert.Null(Assert.Single(await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ann, Token)).LeaseEpoch);
        Assert.Single(await storage.Objects.ClaimAsync(Source, 9, newestFirst: false, Ben, Token));
    }
}
