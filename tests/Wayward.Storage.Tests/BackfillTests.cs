using Wayward.Storage.Audit;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

public sealed class BackfillOnSqlite() : BackfillTests(StorageProvider.Sqlite);

public sealed class BackfillOnPostgreSql() : BackfillTests(StorageProvider.PostgreSql);

/// <summary>A backfill's row, its lane of the queue, and what is left when it is cancelled.</summary>
public abstract class BackfillTests(StorageProvider provider)
{
    private const string Source = "s3://logs/";
    private static readonly LeaseTerms Ann = new("ann", TimeSpan.FromSeconds(30)), Ben = new("ben", TimeSpan.FromSeconds(30));
    private static readonly BackfillRange All = new(Source, null, null, "", NewestFirst: false);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static OfferedObject Offer(string key, long turn) => new(Source, "logs", key, "e1", 10, 1_000) { Turn = turn };

    private static async Task<string[]> ClaimAsync(StorageFixture storage, int backfill, bool newestFirst = false) =>
        [.. (await storage.Objects.ClaimAsync(new QueueLane(Source, newestFirst, backfill), 9, Ann, Token)).Select(o => o.Key)];

    [Fact]
    public async Task A_backfill_has_a_lane_of_its_own_in_its_own_order_and_ends_when_nothing_of_it_waits()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var store = storage.Get<IBackfillStore>();
        var row = await store.RequestAsync(All with { From = new(2026, 10, 1), To = new(2026, 10, 31), Prefix = "AWSLogs/", NewestFirst = true }, survey: false, "ana", Token);
        Assert.Equal(BackfillState.Running, row.State);
        await storage.Objects.OfferAsync([Offer("live", 1)], Token);
        Assert.True(await store.OfferAsync(row.Id, [Offer("b", 20), Offer("a", 10), Offer("c", 30), Offer("live", 1)], Token));
        // Listed again after a restart: nothing is counted twice.
        Assert.True(await store.OfferAsync(row.Id, [Offer("b", 20), Offer("a", 10), Offer("c", 30)], Token));
        await store.ListedAsync(row.Id, Token);
        row = (await store.CountAsync(row.Id, 2.5, Token))!;
        Assert.Equal((3L, 30L, 0L, 2.5, true), (row.Objects, row.Bytes, row.Settled, row.ObjectsPerSecond, row.Listed));
        Assert.Equal(new BackfillRange(Source, new(2026, 10, 1), new(2026, 10, 31), "AWSLogs/", true), row.Range);
        Assert.Equal(TimeSpan.FromSeconds(3 / 2.5), row.TimeLeft);

        Assert.Equal(["live"], await ClaimAsync(storage, 0));
        var held = await storage.Objects.ClaimAsync(new QueueLane(Source, true, row.Id), 9, Ann, Token);
        Assert.Equal(["c", "b", "a"], held.Select(o => o.Key));
        foreach (var item in held.Take(2))
        {
            var read = Make.Object(item.Key, Make.Batch(item.ObjectId, ("i-1", Make.Google, Make.T0)));
            Assert.Empty((await storage.Contacts.CommitAsync([read with { Object = read.Object with { Source = Source, Container = "logs", ObjectId = item.ObjectId, LeaseEpoch = item.LeaseEpoch, Sha256 = item.Key } }], Token)).Refused);
        }
        await storage.Objects.MarkQuarantinedAsync(held[2], "broken", Token);
        row = (await store.CountAsync(row.Id, 1, Token))!;
        Assert.Equal((BackfillState.Done, 3L, 1L), (row.State, row.Settled, row.Quarantined));
        Assert.False(await store.OfferAsync(row.Id, [Offer("late", 5)], Token));
        Assert.Empty(await store.ActiveAsync(Token));
        // What an operator retries is not stranded in a lane that nobody reads any more.
        Assert.True(await storage.Objects.RequeueAsync(held[2].ObjectId, Token));
        Assert.Contains(held[2].Key, provider == StorageProvider.Sqlite ? await ClaimAsync(storage, 0) : (await storage.Objects.ClaimAsync(new QueueLane(Source, false), 9, Ben, Token)).Select(o => o.Key));
    }

    [Fact]
    public async Task A_cancelled_backfill_sets_aside_what_waits_and_says_why_and_a_later_one_takes_it_back()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var store = storage.Get<IBackfillStore>();
        var first = await store.RequestAsync(All, survey: false, "ana", Token);
        await store.OfferAsync(first.Id, [Offer("a", 1), Offer("b", 2), Offer("c", 3), Offer("d", 4)], Token);
        // On PostgreSQL one is in somebody's hands.
        var held = await storage.Objects.ClaimAsync(new QueueLane(Source, false, first.Id), 1, Ann, Token);
        await storage.Objects.SkipAsync(Offer("d", 4).ObjectId, Token);
        Assert.True(await store.ApplyAsync(first.Id, BackfillVerb.Pause, "ben", Token));
        Assert.False(await store.OfferAsync(first.Id, [Offer("e", 5)], Token));
        Assert.True(await store.ApplyAsync(first.Id, BackfillVerb.Cancel, "ben", Token));
        Assert.False(await store.ApplyAsync(first.Id, BackfillVerb.Resume, "ben", Token));
        var (aside, total) = await storage.Objects.QueryAsync([SourceObjectState.Skipped], null, 0, 10, Token);
        Assert.Equal(provider == StorageProvider.Sqlite ? 4 : 3, total);
        Assert.All(aside.Where(o => o.Key != "d"), o => Assert.Equal($"backfill {first.Id}: backfill cancelled", o.Reason));
        if (storage.Objects.Leases)
        {
            // It is finished by whoever has it; given back, it is live and not lost.
            await storage.Objects.ReleaseAsync(held, Token);
            Assert.Equal(["a"], await ClaimAsync(storage, 0));
        }
        var known = await storage.Objects.KnownAsync([.. new[] { "a", "b", "d", "e" }.Select(k => Offer(k, 1).ObjectId)], Token);
        Assert.DoesNotContain(Offer("b", 2).ObjectId, known);
        Assert.Contains(Offer("d", 4).ObjectId, known);

        var second = await store.RequestAsync(All, survey: false, "ana", Token);
        Assert.True(await store.OfferAsync(second.Id, [Offer("a", 1), Offer("b", 2), Offer("c", 3), Offer("d", 4), Offer("e", 5)], Token));
        string[] back = storage.Objects.Leases ? ["b", "c", "e"] : ["a", "b", "c", "e"];
        Assert.Equal(back, await ClaimAsync(storage, second.Id));
        Assert.Equal(back.Length, (await store.FindAsync(second.Id, Token))!.Objects);
        var entries = (await storage.Audit.QueryAsync($"backfill {first.Id}", null, 0, 10, Token)).Rows;
        Assert.Equal(["backfill.cancel", "backfill.pause", "backfill.start"], entries.Select(e => e.Verb));
        Assert.Contains("waiting objects set aside", entries[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_source_itself_announces_is_live_whoever_found_it_first()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var store = storage.Get<IBackfillStore>();
        var row = await store.RequestAsync(All, survey: false, "ana", Token);
        await store.OfferAsync(row.Id, [Offer("a", 1), Offer("b", 2), Offer("c", 3)], Token);
        Assert.Equal(["a"], (await storage.Objects.OfferAsync([Offer("a", 1)], Token)).Select(o => o.Key));
        Assert.Equal(["a"], await ClaimAsync(storage, 0));
        await store.ApplyAsync(row.Id, BackfillVerb.Cancel, "ana", Token);
        Assert.Equal(["b"], (await storage.Objects.OfferAsync([Offer("b", 2)], Token)).Select(o => o.Key));
        Assert.Contains("b", await ClaimAsync(storage, 0));
        Assert.Equal(SourceObjectState.Skipped, (await storage.Objects.FindAsync(Offer("c", 3).ObjectId, Token))!.State);
        Assert.Equal(2, (await store.FindAsync(row.Id, Token))!.Objects);
    }

    [Fact]
    public async Task A_dry_run_is_counted_and_then_started_by_its_number()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var store = storage.Get<IBackfillStore>();
        var row = await store.RequestAsync(All, survey: true, "ana", Token);
        Assert.False(await store.OfferAsync(row.Id, [Offer("a", 1)], Token));
        Assert.True(await store.SurveyedAsync(row.Id, 5, 50, 3, 30, whole: false, Token));
        Assert.Equal(BackfillState.Surveying, (await store.FindAsync(row.Id, Token))!.State);
        Assert.True(await store.SurveyedAsync(row.Id, 7, 70, 4, 40, whole: true, Token));
        row = (await store.FindAsync(row.Id, Token))!;
        Assert.Equal((BackfillState.Surveyed, 7L, 70L, 4L, 40L), (row.State, row.SurveyObjects, row.SurveyBytes, row.LackingObjects, row.LackingBytes));
        Assert.True(await store.ApplyAsync(row.Id, BackfillVerb.Start, "ana", Token));
        Assert.False(await store.SurveyedAsync(row.Id, 0, 0, 0, 0, whole: true, Token));
        Assert.False(await store.ApplyAsync(row.Id + 1, BackfillVerb.Start, "ana", Token));
        Assert.Equal([row.Id], (await store.ActiveAsync(Token)).Select(b => b.Id));
        await Assert.ThrowsAsync<ArgumentException>(() => store.RequestAsync(All with { From = new(2026, 2, 1), To = new(2026, 1, 1) }, true, "ana", Token));
    }

    [Fact]
    public async Task One_process_keeps_a_backfill_until_its_word_ends()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var store = storage.Get<IBackfillStore>();
        var row = await store.RequestAsync(All, survey: false, "ana", Token);
        Assert.True(await store.RenewLeaseAsync(row.Id, Ann, Token));
        Assert.True((await store.FindAsync(row.Id, Token))!.Leased);
        // On SQLite there is but one process: another is the same, started anew.
        Assert.Equal(provider == StorageProvider.Sqlite, await store.RenewLeaseAsync(row.Id, Ben, Token));
        storage.Time.Now += TimeSpan.FromMinutes(5);
        Assert.False((await store.FindAsync(row.Id, Token))!.Leased);
        Assert.True(await store.RenewLeaseAsync(row.Id, Ben, Token));
    }

    [Fact]
    public async Task A_pause_of_a_source_is_kept_and_audited_once()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var directory = storage.Get<ISourceDirectory>();
        Assert.False(await directory.PauseAsync(Source, true, "ana", Token));
        await directory.AnnounceAsync([(Source, true), ("sqs:q", false)], Token);
        Assert.True(await directory.PauseAsync(Source, true, "ana", Token));
        Assert.False(await directory.PauseAsync(Source, true, "ben", Token));
        await directory.AnnounceAsync([(Source, true)], Token);
        Assert.Equal([(Source, true, "ana"), ("sqs:q", false, null)], (await directory.ListAsync(Token)).Select(s => (s.Name, s.CanList, s.PausedBy)));
        Assert.True(await directory.PauseAsync(Source, false, "ben", Token));
        Assert.Equal(["source.resume", "source.pause"], (await storage.Audit.QueryAsync(Source, null, 0, 10, Token)).Rows.Select(e => e.Verb));
    }
}
