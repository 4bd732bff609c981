using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

public abstract class ContactStoreTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_committed_is_loaded_cell_by_cell()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var batch = Make.Batch(7, ("i-1", Make.Google, Make.T0 + 10), ("i-1", Make.Google, Make.T0 + 70), ("i-1", Make.Quad9, Make.T0 + 3_700), ("eni-2", Make.Google, Make.T0 + 90));
        Make.Know(Make.Share(batch, "i-1"), InstanceAttribute.Account, "123456789012", Make.T0, Make.T0 + 100);
        var result = await storage.Contacts.CommitAsync([Make.Object("a", batch)], Token);
        Assert.Equal((1, 0), (result.Committed, result.Duplicates));

        var ledger = await storage.Contacts.LoadAsync(Token);
        Assert.Equal(Make.T0 + 3_700, ledger.MaxStart);
        Assert.Equal(["eni-2", "i-1"], ledger.Instances.Keys.Select(k => k.Id));
        var history = ledger.Instances[new("i-1")];
        Assert.Equal([Make.Dns(Make.Google), Make.Dns(Make.Quad9)], history.Pairs.Keys);
        var loaded = Assert.Single(history.Pairs[Make.Dns(Make.Google)]);
        var written = batch.Instances[new("i-1")].Cells[new CellKey(Make.Dns(Make.Google), UnixTime.Hour(Make.T0))];
        Assert.Equivalent(written, loaded, strict: true);
        Assert.Equal(2, history.Evidence[Make.Dns(Make.Google)].Count);
        Assert.Equal("123456789012", Assert.Single(history.Facts).Value);
        Assert.Equal(3, history.Coverage.Values.Sum(c => c.Records));
    }

    [Fact]
    public async Task The_same_object_twice_counts_once()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var item = Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0)));
        await storage.Contacts.CommitAsync([item], Token);
        var again = await storage.Contacts.CommitAsync([item, item], Token);
        Assert.Equal((0, 2), (again.Committed, again.Duplicates));
        var cell = Assert.Single((await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs[Make.Dns(Make.Google)]);
        Assert.Equal(1, cell.OutAccepted.Records);
    }

    [Fact]
    public async Task The_same_content_under_another_key_contributes_nothing_and_says_so()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0)), "same"), Make.Object("b", Make.Batch(8, ("i-1", Make.Google, Make.T0)), "same")], Token);
        Assert.Equal(SourceObjectState.Done, (await storage.Objects.FindAsync(Make.Id("a"), Token))!.State);
        var twin = (await storage.Objects.FindAsync(Make.Id("b"), Token))!;
        Assert.Equal((SourceObjectState.Duplicate, "same content as a"), (twin.State, twin.Reason));
        Assert.Equal(1, Assert.Single((await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs[Make.Dns(Make.Google)]).OutAccepted.Records);
    }

    [Fact]
    public async Task A_cancelled_commit_leaves_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0)))], cancelled.Token));
        Assert.Empty((await storage.Contacts.LoadAsync(Token)).Instances);
        Assert.Null(await storage.Objects.FindAsync(Make.Id("a"), Token));
    }

    [Fact]
    public async Task What_is_pending_survives_a_restart_until_its_commit_number_is_evaluated()
    {
        string directory = StorageFixture.NewHome();
        long commitNumber;
        await using (var storage = await StorageFixture.CreateAsync(provider, directory))
        {
            Assert.Null(await storage.Contacts.PendingAsync(Token));
            await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0)))], Token);
            var first = (await storage.Contacts.PendingAsync(Token))!;
            await storage.Contacts.CompleteDetectionAsync(first.CommitNumber, null, Token);
            Assert.Null(await storage.Contacts.PendingAsync(Token));
            await storage.Contacts.CommitAsync([Make.Object("b", Make.Batch(8, ("i-2", Make.Quad9, Make.T0 + 60)))], Token);
            commitNumber = (await storage.Contacts.PendingAsync(Token))!.CommitNumber;
        }
        await using (var storage = await StorageFixture.CreateAsync(provider, directory))
        {
            var pending = (await storage.Contacts.PendingAsync(Token))!;
            Assert.Equal(commitNumber, pending.CommitNumber);
            Assert.Equal([new InstanceKey("i-2")], pending.Instances);
            await storage.Contacts.CommitAsync([Make.Object("c", Make.Batch(9, ("i-3", Make.Google, Make.T0 + 90)))], Token);
            await storage.Contacts.CompleteDetectionAsync(commitNumber, null, Token);
            Assert.Equal([new InstanceKey("i-3")], (await storage.Contacts.PendingAsync(Token))!.Instances);
        }
        Directory.Delete(directory, true);
    }

    [Fact]
    public async Task Coverage_that_continues_the_present_epoch_touches_no_instance()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0)))], Token);
        await storage.Contacts.CompleteDetectionAsync(1, null, Token);
        var later = new ContactBatch { MaxStart = Make.T0 + 7_200 };
        Make.Cover(Make.Share(later, "i-1"), Make.T0 + 7_200);
        await storage.Contacts.CommitAsync([Make.Object("b", later)], Token);
        var pending = (await storage.Contacts.PendingAsync(Token))!;
        Assert.Empty(pending.Instances);
    }

    [Fact]
    public async Task Coverage_earlier_than_what_was_known_touches_its_instance()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0)))], Token);
        await storage.Contacts.CompleteDetectionAsync(1, null, Token);
        var early = new ContactBatch();
        Make.Cover(Make.Share(early, "i-1"), Make.T0 - 86_400);
        await storage.Contacts.CommitAsync([Make.Object("b", early)], Token);
        Assert.Equal([new InstanceKey("i-1")], (await storage.Contacts.PendingAsync(Token))!.Instances);
        Assert.Equal(Make.T0 - 86_400, (await storage.Instances.FindAsync("i-1", Token))!.ObservedSince);
    }

    [Fact]
    public async Task Instances_load_whole_and_unknown_ones_are_left_out()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-user", Make.Google, Make.T0), ("i-user", Make.Quad9, Make.T0 + 5), ("i-other", Make.Google, Make.T0 + 7)))], Token);
        var ledger = await storage.Contacts.LoadAsync(new HashSet<InstanceKey> { new("i-user"), new("i-unknown") }, Token);
        Assert.Equal(["i-user"], ledger.Instances.Keys.Select(k => k.Id));
        Assert.Equal(2, ledger.Instances[new("i-user")].Pairs.Count);
        Assert.Equal(Make.T0 + 7, ledger.MaxStart);
    }

    [Fact]
    public async Task An_instance_that_asks_more_servers_than_a_statement_has_parameters_is_read_whole()
    {
        const int Many = 33_000;
        await using var storage = await StorageFixture.CreateAsync(provider);
        // A resolver of its own asks tens of thousands of name servers a month.
        IpAddress[] servers = [.. Enumerable.Range(0, Many).Select(i => IpAddress.FromIPv4(0x14000000u + (uint)i))];
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(Make.Id("a"), [.. servers.Select(a => ("i-1", a, Make.T0))]))], Token);
        Assert.Equal(Many, (await storage.Contacts.LoadAsync(new HashSet<InstanceKey> { new("i-1") }, Token)).Instances[new("i-1")].Pairs.Count);
    }
}
