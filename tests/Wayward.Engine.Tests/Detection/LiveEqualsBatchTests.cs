using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Engine.Tests.Fakes;
using Wayward.Engine.Tests.Reliability;
using Wayward.EngineHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;

namespace Wayward.Engine.Tests.Detection;

/// <summary>Live equals batch, over a real store and with an analyst at work. <c>tests/long.sh</c> runs all hundred seeds.</summary>
public sealed class LiveEqualsBatchTests
{
    [Fact]
    public async Task A_store_fed_live_with_repeats_restarts_and_triage_ends_where_a_batch_ends_and_decisions_survive()
    {
        int decisions = 0, restarts = 0, repeats = 0, grown = 0;
        var reopened = new List<Resolution>();
        int runs = LongRun.Pick(20, 100);
        for (int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), out int one) ? one : 1; seed <= runs; seed++)
        {
            using var run = new LiveRun(seed);
            string? difference = await run.RunAsync();
            Assert.True(difference is null, $"seed {seed}: {difference}");
            (decisions, restarts, repeats) = (decisions + run.Decisions, restarts + run.Restarts, repeats + run.Repeats);
            grown += run.Grown;
            reopened.AddRange(run.Reopened);
        }
        Assert.True(decisions > 3 * runs && restarts > runs && repeats > runs, $"{decisions} decisions, {restarts} restarts, {repeats} repeats: too few to show anything");
        Assert.True(grown > 0 && reopened.Count > 0, $"{grown} fleets grew after a decision, and {reopened.Count} findings were opened again: too few to show anything");
        LongRun.Say($"live equals batch: {runs} runs, {decisions} decisions, {restarts} restarts, {repeats} objects again, {grown} fleets that grew after a decision, opened again: {string.Join(", ", reopened.GroupBy(r => r).Select(g => $"{g.Count()} {g.Key}"))}");
    }

    [Theory]
    [InlineData("a touched instance is not looked at again")]
    [InlineData("what was not evaluated is withdrawn")]
    [InlineData("a copy under another name counts")]
    [InlineData("late records are not read")]
    [InlineData("kept summaries are of an earlier evaluation")]
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
        switch (bug)
        {
            case "what was not evaluated is withdrawn":
                Decorate<IFindingStore>(services, inner => new WithdrawsTooMuch { Inner = inner });
                break;
            case "a copy under another name counts":
                Decorate<IContactStore>(services, inner => new TakesCopies(inner));
                break;
            case "a touched instance is not looked at again":
                Decorate<IContactStore>(services, inner => new Touches(inner, touched => touched.OrderBy(t => t.Key).Skip(1).ToDictionary()));
                break;
            case "late records are not read":
                Decorate<IContactStore>(services, inner => new Touches(inner, touched => touched.ToDictionary(t => t.Key, t => t.Value == 0 ? 0 : t.Value + 12)));
                break;
            case "kept summaries are of an earlier evaluation":
                Decorate<IContactStore>(services, inner => new KeepsTheFirst(inner));
                break;
            default: throw new ArgumentException(bug, nameof(bug));
        }
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> with) where T : class
    {
        var original = services.Last(s => s.ServiceType == typeof(T));
        services.AddSingleton(p => with((T)original.ImplementationFactory!(p)));
    }

    private sealed class KeepsTheFirst(IContactStore inner) : ContactStoreDecorator(inner)
    {
        private readonly HashSet<InstanceKey> _kept = [];

        public override Task CompleteDetectionAsync(long commitNumber, InstanceSummaries? summaries, CancellationToken cancellation) =>
            base.CompleteDetectionAsync(commitNumber, summaries is { } kept ? kept with { Changed = [.. kept.Changed.Where(_kept.Add)] } : null, cancellation);
    }

    private sealed class TakesCopies(IContactStore inner) : ContactStoreDecorator(inner)
    {
        public override Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation) =>
            base.CommitAsync([.. objects.Select(o => o with { Object = o.Object with { Sha256 = o.Object.Sha256 + o.Object.Key } })], cancellation);
    }

    /// <summary>A store that tells something else of what was touched.</summary>
    private sealed class Touches(IContactStore inner, Func<IReadOnlyDictionary<InstanceKey, int>, IReadOnlyDictionary<InstanceKey, int>> change) : ContactStoreDecorator(inner)
    {
        public override Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
            base.ReadAsync((ledger, c) => work(new Snapshot(ledger, change), c), cancellation);

        private sealed class Snapshot(ILedgerSnapshot inner, Func<IReadOnlyDictionary<InstanceKey, int>, IReadOnlyDictionary<InstanceKey, int>> change) : LedgerSnapshotDecorator(inner)
        {
            public override async Task<IReadOnlyDictionary<InstanceKey, int>> TouchedAsync(CancellationToken cancellation) => change(await base.TouchedAsync(cancellation));
        }
    }

    /// <summary>Passes everything on, except that an evaluation of some groups is taken for one of everything.</summary>
    private sealed class WithdrawsTooMuch : IFindingStore
    {
        public required IFindingStore Inner { get; init; }

        public Task<FindingChanges> ApplyAsync(DetectionResult result, DetectionScope? scope, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation) =>
            Inner.ApplyAsync(result, null, covering, cancellation);

        public Task<FindingList> QueryAsync(FindingQuery query, CancellationToken cancellation) => Inner.QueryAsync(query, cancellation);
        public Task<IReadOnlyList<FindingFacet>> FacetsAsync(FindingQuery query, CancellationToken cancellation) => Inner.FacetsAsync(query, cancellation);
        public Task<IReadOnlyDictionary<string, int>> RefsAsync(FindingQuery query, int take, CancellationToken cancellation) => Inner.RefsAsync(query, take, cancellation);
        public Task<FindingCounts> CountAsync(CancellationToken cancellation) => Inner.CountAsync(cancellation);
        public Task<IReadOnlyList<FindingsOfDay>> DaysAsync(long from, long to, CancellationToken cancellation) => Inner.DaysAsync(from, to, cancellation);
        public Task<IReadOnlySet<string>> OpenIdsAsync(CancellationToken cancellation) => Inner.OpenIdsAsync(cancellation);
        public Task<StoredFinding?> FindAsync(string id, CancellationToken cancellation) => Inner.FindAsync(id, cancellation);
        public Task<IReadOnlyList<StoredFinding>> PageAsync(FindingQuery query, long? changedSince, FindingPosition? after, int take, CancellationToken cancellation) => Inner.PageAsync(query, changedSince, after, take, cancellation);
        public Task<IReadOnlyList<FindingRow>> SiblingsAsync(string id, int take, CancellationToken cancellation) => Inner.SiblingsAsync(id, take, cancellation);
        public Task<IReadOnlyList<FindingRow>> OfInstanceAsync(string instanceId, int take, CancellationToken cancellation) => Inner.OfInstanceAsync(instanceId, take, cancellation);
        public Task<IReadOnlyList<FindingRow>> RowsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) => Inner.RowsAsync(ids, cancellation);
        public Task<long> TriageAsync(TriageChange change, CancellationToken cancellation) => Inner.TriageAsync(change, cancellation);
        public Task<IReadOnlyList<FindingComment>> CommentsAsync(string findingId, CancellationToken cancellation) => Inner.CommentsAsync(findingId, cancellation);
        public Task<long> AddCommentAsync(string findingId, string author, string text, CancellationToken cancellation) => Inner.AddCommentAsync(findingId, author, text, cancellation);
    }
}
