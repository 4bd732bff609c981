using Wayward.Storage.Audit;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;

namespace Wayward.Storage.Tests;

public abstract class AuditTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<(Finding A, Finding B)> TwoAsync(StorageFixture storage)
    {
        var (a, b) = (Make.Finding("i-1", Make.Google, Make.T0), Make.Finding("i-2", Make.Google, Make.T0));
        await storage.Findings.ApplyAsync(Make.Result(a, b), null, _ => null, Token);
        return (a, b);
    }

    private static async Task<TriageState> StateAsync(StorageFixture storage, string id)
    {
        var f = (await storage.Findings.FindAsync(id, Token))!;
        return new(f.Status, f.Resolution, f.Assignee);
    }

    private sealed record TriageState(FindingStatus Status, Resolution Resolution, string? Assignee);

    [Fact]
    public async Task Undo_restores_exactly_and_redo_and_its_undo_work_too()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, b) = await TwoAsync(storage);
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [a.Id] = 1 }, FindingStatus.Acknowledged, Resolution.None, "ana", "ana", ""), Token);
        var before = (await StateAsync(storage, a.Id), await StateAsync(storage, b.Id));
        long close = await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [a.Id] = 2, [b.Id] = 1 }, FindingStatus.Closed, Resolution.BenignPositive, null, "ben", "patching"), Token);
        var after = (await StateAsync(storage, a.Id), await StateAsync(storage, b.Id));

        long last = close;
        foreach (var expected in new[] { before, after, before, after })
        {
            var undo = await storage.Audit.UndoAsync(last, "ana", Token);
            Assert.Equal(2, undo.Restored.Count);
            Assert.Empty(undo.Left);
            Assert.Equal(expected, (await StateAsync(storage, a.Id), await StateAsync(storage, b.Id)));
            last = undo.EntryId!.Value;
        }
        var entries = (await storage.Audit.QueryAsync(null, null, 0, 20, Token)).Rows;
        Assert.Equal(close, entries.Single(e => e.UndoOf == close).UndoOf);
        Assert.NotNull(entries.Single(e => e.Id == close).UndoneBy);
        Assert.Equal("already undone by entry " + entries.Single(e => e.UndoOf == close).Id, Assert.Single((await storage.Audit.UndoAsync(close, "ana", Token)).Left));
    }

    [Fact]
    public async Task Undo_leaves_alone_what_someone_changed_since_and_says_so()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, b) = await TwoAsync(storage);
        long close = await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [a.Id] = 1, [b.Id] = 1 }, FindingStatus.Closed, Resolution.FalsePositive, null, "ana", ""), Token);
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [b.Id] = 2 }, FindingStatus.Open, Resolution.None, "ben", "ben", "not so fast"), Token);
        var undo = await storage.Audit.UndoAsync(close, "ana", Token);
        Assert.Equal([a.Id], undo.Restored);
        Assert.StartsWith(b.Id, Assert.Single(undo.Left), StringComparison.Ordinal);
        Assert.Equal((FindingStatus.Open, "ben"), ((await StateAsync(storage, b.Id)).Status, (await StateAsync(storage, b.Id)).Assignee));
        Assert.Equal(FindingStatus.Open, (await StateAsync(storage, a.Id)).Status);
    }

    [Fact]
    public async Task A_withdrawn_rule_and_a_comment_can_be_put_back()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, _) = await TwoAsync(storage);
        var (rule, _) = await storage.Expected.AddAsync(new ExpectedTarget { Action = ExpectedAction.Expected, Providers = ["Google"], Reason = "ours", ValidTo = Make.T0 }, null, "ana", Token);
        long deletion = (await storage.Expected.DeleteAsync(rule.Id, "ana", "no more", Token))!.Value;
        Assert.Null(await storage.Expected.DeleteAsync(rule.Id, "ana", "again", Token));
        var undo = await storage.Audit.UndoAsync(deletion, "ana", Token);
        Assert.True(undo.ReevaluationNeeded);
        var stored = Assert.Single(await storage.Expected.AllAsync(Token));
        Assert.Equivalent(rule, stored, strict: true);

        long comment = await storage.Findings.AddCommentAsync(a.Id, "ana", "oops", Token);
        var gone = await storage.Audit.UndoAsync(comment, "ana", Token);
        Assert.Empty(await storage.Findings.CommentsAsync(a.Id, Token));
        await storage.Audit.UndoAsync(gone.EntryId!.Value, "ana", Token);
        Assert.Single(await storage.Findings.CommentsAsync(a.Id, Token));
    }

    [Fact]
    public async Task What_changed_nothing_cannot_be_undone()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        long entry = await storage.Audit.AppendAsync("ana", "object.retry", "12", "Retried x", null, null, Token);
        var undo = await storage.Audit.UndoAsync(entry, "ana", Token);
        Assert.Null(undo.EntryId);
        Assert.Single(undo.Left);
        Assert.Equal(1, (await storage.Audit.QueryAsync("12", "RETRIED", 0, 10, Token)).Total);
        Assert.Equal(0, (await storage.Audit.QueryAsync(null, "100%", 0, 10, Token)).Total);
    }
}
