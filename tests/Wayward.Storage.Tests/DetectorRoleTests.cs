using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

/// <summary>One process evaluates at a time, and what a former one still stores is refused.</summary>
public sealed class DetectorRoleTests
{
    private static readonly LeaseTerms Ann = new("ann", TimeSpan.FromSeconds(60)), Ben = new("ben", TimeSpan.FromSeconds(60));
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_role_passes_on_when_its_lease_ends_and_the_former_holder_stores_nothing_more()
    {
        string home = StorageFixture.NewHome();
        await using var ann = await StorageFixture.CreateAsync(StorageProvider.PostgreSql, home);
        await using var ben = await StorageFixture.CreateAsync(StorageProvider.PostgreSql, home);
        IDetectorRole annRole = ann.Get<IDetectorRole>(), benRole = ben.Get<IDetectorRole>();
        Assert.True(await annRole.TryHoldAsync(Ann, Token));
        Assert.False(await benRole.TryHoldAsync(Ben, Token));
        Assert.True(await annRole.TryHoldAsync(Ann, Token));
        await ann.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
        long commitNumber = (await ann.Contacts.PendingAsync(Token))!.CommitNumber;
        await ann.Findings.ApplyAsync(Make.Result(Make.Finding("i-1", Make.Google, Make.T0)), null, _ => null, Token);

        // Ann stands still for longer than her lease.
        await ann.TamperAsync("UPDATE role_leases SET until = clock_timestamp() - interval '1 second'");
        Assert.True(await benRole.TryHoldAsync(Ben, Token));
        Assert.True(annRole.Held);
        await Assert.ThrowsAsync<DetectorReplacedException>(() => ann.Findings.ApplyAsync(Make.Result(), null, _ => null, Token));
        await Assert.ThrowsAsync<DetectorReplacedException>(() => ann.Contacts.CompleteDetectionAsync(commitNumber, null, Token));
        await Assert.ThrowsAsync<DetectorReplacedException>(() => ann.Get<IDetectionStateStore>().SetEvaluatedWithAsync("old", Token));
        Assert.Single((await ben.Findings.QueryAsync(new(), Token)).Rows);
        Assert.Null(await ben.Get<IDetectionStateStore>().EvaluatedWithAsync(Token));
        Assert.False(await annRole.TryHoldAsync(Ann, Token));
        Assert.False(annRole.Held);

        // Triage is not the detector's: anyone decides.
        await ann.Findings.AddCommentAsync(Make.Finding("i-1", Make.Google, Make.T0).Id, "ana", "looks odd", Token);
        await benRole.ResignAsync(Token);
        Assert.True(await annRole.TryHoldAsync(Ann, Token));
        await ann.Contacts.CompleteDetectionAsync(commitNumber, null, Token);
    }

    [Fact]
    public async Task A_lease_that_ended_while_nobody_else_wanted_the_role_is_taken_up_again_as_the_same()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        var role = storage.Get<IDetectorRole>();
        Assert.True(await role.TryHoldAsync(Ann, Token));
        await storage.TamperAsync("UPDATE role_leases SET until = clock_timestamp() - interval '1 second'");
        Assert.True(await role.TryHoldAsync(Ann, Token));
        Assert.Equal(1, await storage.TamperAsync("UPDATE role_leases SET until = until WHERE epoch = 1"));
    }

    [Fact]
    public async Task Who_asks_gets_a_number_and_the_stamp_tells_that_something_happened()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        var role = storage.Get<IDetectorRole>();
        string before = await role.StampAsync(Token);
        Assert.Equal(1, await role.RequestAsync(Token));
        Assert.Equal(2, await role.RequestAsync(Token));
        await role.AnswerAsync(1, Token);
        Assert.Equal((2, 1), await role.TicketsAsync(Token));
        Assert.Equal(before, await role.StampAsync(Token));
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
        string committed = await role.StampAsync(Token);
        await storage.Audit.AppendAsync("ana", "object.retry", "12", "Retried x", null, null, Token);
        Assert.Equal(3, new HashSet<string> { before, committed, await role.StampAsync(Token) }.Count);
    }

    [Fact]
    public async Task On_a_file_one_process_is_alone()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        var role = storage.Get<IDetectorRole>();
        Assert.True(role.Alone && role.Held);
    }
}
