using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Ingest.Tests.Reliability;
using Wayward.IngestHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;

namespace Wayward.Ingest.Tests.Detection;

/// <summary>Live equals batch, over a real store and with an analyst at work. <c>tests/long.sh</c> runs all hundred seeds.</summary>
public sealed class LiveEqualsBatchTests
{
    [Fact]
    public async Task A_store_fed_live_with_repeats_restarts_and_triage_ends_where_a_batch_ends_and_decisions_survive()
    {
        int decisions = 0, restarts = 0, repeats = 0;
        int runs = LongRun.Pick(20, 100);
        for (int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), out int one) ? one : 1; seed <= runs; seed++)
        {
            using var run = new LiveRun(seed);
            string? difference = await run.RunAsync();
            Assert.True(difference is null, $"seed {seed}: {difference}");
            (decisions, restarts, repeats) = (decisions + run.Decisions, restarts + run.Restarts, repeats + run.Repeats);
        }
        Assert.True(decisions > 3 * runs && restarts > runs && repeats > runs, $"{decisions} decisions, {restarts} restarts, {repeats} repeats: too few to show anything");
        LongRun.Say($"live equals batch: {runs} runs, {decisions} decisions, {restarts} restarts, {repeats} objects again");
    }

    [Theory]
    [InlineData("a touched instance is not looked at again")]
    [InlineData("what was not judged is withdrawn")]
    [InlineData("a copy under another name counts")]
    public async Task It_turns_red_with_a_planted_bug(string bug)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            using var run = new LiveRun(seed, services => Plant(bug, services));
            if (await run.RunAsync() is not null) return;
        }
        Assert.Fail($"twenty runs did not see that {bug}");
    }

    private static void Plant(string bug, IServiceCollection services)
    {
        if (bug.StartsWith("what was not judged", StringComparison.Ordinal)) Decorate<IFindingStore>(services, inner => new WithdrawsTooMuch { Inner = inner });
        else Decorate<IContactStore>(services, inner => bug.StartsWith("a copy", StringComparison.Ordinal) ? new TakesCopies(inner) : new Overlooks(inner));
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> with) where T : class
    {
        var original = services.Last(s => s.ServiceType == typeof(T));
        services.AddSingleton(p => with((T)original.ImplementationFactory!(p)));
    }

    private sealed class TakesCopies(IContactStore inner) : ContactStoreDecorator(inner)
    {
        public override Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation) =>
            base.CommitAsync([.. objects.Select(o => o with { Object = o.Object with { Sha256 = o.Object.Sha256 + o.Object.Key } })], cancellation);
    }

    private sealed class Overlooks(IContactStore inner) : ContactStoreDecorator(inner)
    {
        public override Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
            base.ReadAsync((ledger, c) => work(new Snapshot(ledger), c), cancellation);

        private sealed class Snapshot(ILedgerSnapshot inner) : ILedgerSnapshot
        {
            public long MaxStart => inner.MaxStart;
            public long Mark => inner.Mark;
            public long JudgedMark => inner.JudgedMark;
            public bool HasGap => inner.HasGap;

            public async Task<IReadOnlySet<InstanceKey>> TouchedAsync(CancellationToken cancellation) => (await inner.TouchedAsync(cancellation)).Order().Skip(1).ToHashSet();
            public Task<IReadOnlyDictionary<InstanceKey, long>> SeenAsync(CancellationToken cancellation) => inner.SeenAsync(cancellation);
            public Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation) => inner.LoadAsync(instances, cancellation);
            public Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation) => inner.ForEachAsync(take, cancellation);
            public Task<IReadOnlySet<InstanceKey>> UsersAsync(Func<Endpoint, bool> which, CancellationToken cancellation) => inner.UsersAsync(which, cancellation);
        }
    }

    /// <summary>Passes everything on, except that a judgement of some groups is taken for one of everything.</summary>
    private sealed class WithdrawsTooMuch : IFindingStore
    {
        public required IFindingStore Inner { get; init; }

        public Task<FindingChanges> ApplyAsync(DetectionResult result, DetectionScope? scope, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation) =>
            Inner.ApplyAsync(result, null, covering, cancellation);

        public Task<FindingPage> QueryAsync(FindingQuery query, CancellationToken cancellation) => Inner.QueryAsync(query, cancellation);
        public Task<FindingCounts> CountAsync(CancellationToken cancellation) => Inner.CountAsync(cancellation);
        public Task<IReadOnlySet<string>> OpenIdsAsync(CancellationToken cancellation) => Inner.OpenIdsAsync(cancellation);
        public Task<StoredFinding?> FindAsync(string id, CancellationToken cancellation) => Inner.FindAsync(id, cancellation);
        public Task<IReadOnlyList<FindingRow>> SiblingsAsync(string id, int take, CancellationToken cancellation) => Inner.SiblingsAsync(id, take, cancellation);
        public Task<IReadOnlyList<FindingRow>> OfInstanceAsync(string instanceId, int take, CancellationToken cancellation) => Inner.OfInstanceAsync(instanceId, take, cancellation);
        public Task<long> TriageAsync(TriageChange change, CancellationToken cancellation) => Inner.TriageAsync(change, cancellation);
        public Task<IReadOnlyList<FindingComment>> CommentsAsync(string findingId, CancellationToken cancellation) => Inner.CommentsAsync(findingId, cancellation);
        public Task<long> AddCommentAsync(string findingId, string author, string text, CancellationToken cancellation) => Inner.AddCommentAsync(findingId, author, text, cancellation);
    }
}
