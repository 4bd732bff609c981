using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Tests;

/// <summary>What a change of the audit log by whoever can write the database looks like to the verification.</summary>
public sealed class AuditChainTests
{
    private const int Entries = 60;
    private const int Seed = 20_261_201;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, InlineData(StorageProvider.Sqlite), InlineData(StorageProvider.PostgreSql)]
    public async Task What_was_written_is_intact_and_the_rows_after_the_last_checkpoint_are_said_to_be_unanchored(StorageProvider provider)
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        using var place = new Place();
        await FillAsync(storage, 10);
        Assert.Equal((true, 10L, 0), await StateAsync());
        place.Checkpoints.Append(await storage.Audit.HeadAsync(Cancellation), 1);
        await FillAsync(storage, 3);
        Assert.Equal((true, 3L, 1), await StateAsync());
        var verdict = await storage.Audit.VerifyAsync(place.Checkpoints, (await storage.Audit.HeadAsync(Cancellation)).Hash, Cancellation);
        Assert.True(verdict.Intact);
        verdict = await storage.Audit.VerifyAsync(place.Checkpoints, new string('a', 64), Cancellation);
        Assert.Equal((false, 13L), (verdict.Intact, verdict.CutAfter));

        async Task<(bool, long, int)> StateAsync()
        {
            var v = await storage.Audit.VerifyAsync(place.Checkpoints, null, Cancellation);
            return (v.Intact, v.Unanchored, v.Checkpoints);
        }
    }

    [Theory, InlineData(StorageProvider.Sqlite), InlineData(StorageProvider.PostgreSql)]
    public async Task Entries_of_writers_at_the_same_time_never_share_a_place(StorageProvider provider)
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        using var place = new Place();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(() => FillAsync(storage, 10), Cancellation)));
        var verdict = await storage.Audit.VerifyAsync(place.Checkpoints, null, Cancellation);
        Assert.Equal((true, 80L), (verdict.Intact, verdict.Head.Sequence));
    }

    [Fact]
    public async Task A_thousand_of_a_thousand_alterations_are_found()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        using var place = new Place();
        await FillAsync(storage, Entries);
        place.Checkpoints.Append(await storage.Audit.HeadAsync(Cancellation), 1);
        var (good, problems) = place.Checkpoints.Read();
        var random = new Random(Seed);
        List<string> missed = [];
        await using var db = await storage.Contexts.CreateDbContextAsync(Cancellation);
        for (int i = 0; i < 1_000; i++)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Cancellation);
            string what = await AlterAsync(db, random);
            db.ChangeTracker.Clear();
            var verdict = await new AuditVerifier(good, problems, null).RunAsync(db, Cancellation);
            if (verdict.Intact) missed.Add($"{i}: {what}");
            await transaction.RollbackAsync(Cancellation);
        }
        Assert.True(missed.Count == 0, $"seed {Seed}, missed {missed.Count}: {string.Join("; ", missed.Take(10))}");
        Assert.True((await new AuditVerifier(good, problems, null).RunAsync(db, Cancellation)).Intact);
    }

    [Fact]
    public async Task A_forged_checkpoint_is_named_and_a_rewritten_chain_does_not_match_the_true_one()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        using var place = new Place();
        await FillAsync(storage, 5);
        string line = place.Checkpoints.Append(await storage.Audit.HeadAsync(Cancellation), 1);
        await using (var db = await storage.Contexts.CreateDbContextAsync(Cancellation)) await RewriteAsync(db, from: 3);
        var verdict = await storage.Audit.VerifyAsync(place.Checkpoints, null, Cancellation);
        Assert.Equal((false, 5L), (verdict.Intact, verdict.AlteredAt));
        await File.WriteAllTextAsync(place.Checkpoints.File, line.Replace("\"sequence\":5", "\"sequence\":4", StringComparison.Ordinal) + "\n", Cancellation);
        verdict = await storage.Audit.VerifyAsync(place.Checkpoints, null, Cancellation);
        Assert.False(verdict.Intact);
        Assert.Contains("was not signed", Assert.Single(verdict.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_s_texts_are_erased_and_the_chain_still_holds_but_an_erasure_that_no_entry_records_does_not()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        using var place = new Place();
        await FillAsync(storage, 10);
        place.Checkpoints.Append(await storage.Audit.HeadAsync(Cancellation), 1);
        Assert.Equal(5, await storage.Audit.EraseAsync("person 1", "admin", Cancellation));
        var verdict = await storage.Audit.VerifyAsync(place.Checkpoints, null, Cancellation);
        Assert.Equal((true, 5L), (verdict.Intact, verdict.Erased));
        Assert.Empty((await storage.Audit.QueryAsync(new AuditFilter { Text = "person 1" }, 0, 10, Cancellation)).Rows);
        await using (var db = await storage.Contexts.CreateDbContextAsync(Cancellation))
        {
            var row = await db.AuditEntries.AsTracking().FirstAsync(e => e.Sequence == 1, Cancellation);
            (row.Actor, row.Summary, row.Before, row.After, row.Salt) = (AuditErasure.Erased, "", null, null, null);
            row.Search = AuditLog.SearchOf(row);
            await db.SaveChangesAsync(Cancellation);
        }
        Assert.Equal(1, (await storage.Audit.VerifyAsync(place.Checkpoints, null, Cancellation)).AlteredAt);
    }

    [Fact]
    public async Task Filters_by_who_what_when_and_object_hold_together()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        await FillAsync(storage, 10);
        long now = storage.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(5, await CountAsync(new() { Actor = "person 1" }));
        Assert.Equal(10, await CountAsync(new() { Verb = "test" }));
        Assert.Equal(0, await CountAsync(new() { Verb = "tes" }));
        Assert.Equal(1, await CountAsync(new() { Subject = "thing-3", From = now, To = now + 1 }));
        Assert.Equal(0, await CountAsync(new() { Subject = "thing-3", To = now }));
        Assert.Equal(10, await storage.Audit.ReadAsync(new(), Cancellation).CountAsync(Cancellation));

        async Task<int> CountAsync(AuditFilter filter) => (await storage.Audit.QueryAsync(filter, 0, 100, Cancellation)).Total;
    }

    private static async Task FillAsync(StorageFixture storage, int count)
    {
        for (int i = 0; i < count; i++) await storage.Audit.AppendAsync($"person {i % 2}", "test.entry", $"thing-{i}", $"Did {i}", null, $$"""{"comment":"c{{i}}"}""", Cancellation);
    }

    /// <summary>One alteration of a kind that somebody with write access to the database can make.</summary>
    private static async Task<string> AlterAsync(WaywardDbContext db, Random random)
    {
        long at = random.Next(1, Entries + 1);
        var row = await db.AuditEntries.AsTracking().FirstAsync(e => e.Sequence == at, Cancellation);
        string what;
        switch (random.Next(6))
        {
            case 0:
                what = Change(row, random);
                break;
            case 1:
                await db.AuditEntries.Where(e => e.Sequence == at).ExecuteDeleteAsync(Cancellation);
                return $"delete {at}";
            case 2:
                long other = at % Entries + 1;
                await db.AuditEntries.Where(e => e.Sequence == at).ExecuteUpdateAsync(e => e.SetProperty(x => x.Sequence, -1), Cancellation);
                await db.AuditEntries.Where(e => e.Sequence == other).ExecuteUpdateAsync(e => e.SetProperty(x => x.Sequence, at), Cancellation);
                await db.AuditEntries.Where(e => e.Sequence == -1).ExecuteUpdateAsync(e => e.SetProperty(x => x.Sequence, other), Cancellation);
                return $"swap {at} and {other}";
            case 3:
                await AuditLog.AppendAsync(db, row.At, new(row.Actor, row.Verb, row.Subject, row.Summary, row.Before, row.After, []), Cancellation);
                long from = random.Next(1, Entries + 1);
                await db.AuditEntries.Where(e => e.Sequence == Entries + 1).ExecuteUpdateAsync(e => e.SetProperty(x => x.Sequence, 1_000_000), Cancellation);
                for (long s = Entries; s >= from; s--) await db.AuditEntries.Where(e => e.Sequence == s).ExecuteUpdateAsync(e => e.SetProperty(x => x.Sequence, s + 1), Cancellation);
                await db.AuditEntries.Where(e => e.Sequence == 1_000_000).ExecuteUpdateAsync(e => e.SetProperty(x => x.Sequence, from), Cancellation);
                return $"insert before {from}";
            case 4:
                // The tail is cut and the head made to fit: only the checkpoint knows.
                long kept = random.Next(0, Entries);
                await db.AuditEntries.Where(e => e.Sequence > kept).ExecuteDeleteAsync(Cancellation);
                string hash = kept == 0 ? AuditChain.Beginning : await db.AuditEntries.Where(e => e.Sequence == kept).Select(e => e.Hash).FirstAsync(Cancellation);
                await db.AuditHeads.ExecuteUpdateAsync(h => h.SetProperty(x => x.Sequence, kept).SetProperty(x => x.Hash, hash), Cancellation);
                return $"cut after {kept}";
            default:
                await RewriteAsync(db, at);
                return $"rewrite from {at}";
        }
        await db.SaveChangesAsync(Cancellation);
        return what;
    }

    private static string Change(AuditEntryEntity row, Random random)
    {
        int column = random.Next(11);
        switch (column)
        {
            case 0: row.At++; break;
            case 1: row.Actor += "x"; break;
            case 2: row.Verb += "x"; break;
            case 3: row.Subject += "x"; break;
            case 4: row.Summary = row.Summary.ToUpperInvariant(); break;
            case 5: row.Before = "{}"; break;
            case 6: row.After = null; break;
            case 7: row.UndoOf = 1; break;
            case 8: row.UndoneBy = 1; break;
            case 9: row.Search = ""; break;
            default: row.Salt = new string('0', 32); break;
        }
        return $"column {column} of {row.Sequence}";
    }

    /// <summary>Everything from an entry on is written anew, hashes and head included, as by someone who knows how.</summary>
    private static async Task RewriteAsync(WaywardDbContext db, long from)
    {
        using var chain = new AuditChain();
        var rows = await db.AuditEntries.AsTracking().OrderBy(e => e.Sequence).ToListAsync(Cancellation);
        rows.First(r => r.Sequence == from).Summary = "nothing happened";
        string hash = AuditChain.Beginning;
        foreach (var row in rows)
        {
            row.Search = AuditLog.SearchOf(row);
            row.TextHash = chain.TextHash(row);
            hash = row.Hash = chain.Hash(hash, row);
        }
        await db.SaveChangesAsync(Cancellation);
        await db.AuditHeads.ExecuteUpdateAsync(h => h.SetProperty(x => x.Hash, hash), Cancellation);
    }

    private sealed class Place : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wayward-checkpoints-");
        public Place() => Checkpoints = new(Path.Combine(_folder.FullName, "key.pem"), Path.Combine(_folder.FullName, "checkpoints.jsonl"));
        public AuditCheckpoints Checkpoints { get; }
        public void Dispose() => _folder.Delete(recursive: true);
    }
}
