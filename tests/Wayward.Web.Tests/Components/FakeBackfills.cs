using Wayward.Storage.Ingest;

namespace Wayward.Web.Tests.Components;

/// <summary>Backfills and sources as a page reads and asks for them.</summary>
internal sealed class FakeBackfills : IBackfillStore, ISourceDirectory
{
    public List<BackfillRow> Rows { get; } = [];
    public List<KnownSource> Known { get; } = [];
    public List<string> Calls { get; } = [];
    public bool Accepts { get; set; } = true;

    public Task<BackfillRow> RequestAsync(BackfillRange range, bool survey, string actor, CancellationToken cancellation)
    {
        Calls.Add($"request {range.Source} {range.From:yyyy-MM-dd} {range.To:yyyy-MM-dd} '{range.Prefix}' {(range.NewestFirst ? "newest" : "oldest")} {(survey ? "survey" : "start")} by {actor}");
        Rows.Insert(0, new() { Id = Rows.Count + 1, Range = range, State = survey ? BackfillState.Surveying : BackfillState.Running, RequestedBy = actor, RequestedAt = 1 });
        return Task.FromResult(Rows[0]);
    }

    public Task<bool> ApplyAsync(int id, BackfillVerb verb, string actor, CancellationToken cancellation)
    {
        Calls.Add($"{verb} {id} by {actor}");
        return Task.FromResult(Accepts);
    }

    Task<IReadOnlyList<BackfillRow>> IBackfillStore.ListAsync(int take, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<BackfillRow>>([.. Rows.Take(take)]);
    Task<IReadOnlyList<KnownSource>> ISourceDirectory.ListAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<KnownSource>>([.. Known]);
    public Task<IReadOnlyList<BackfillRow>> ActiveAsync(CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<BackfillRow?> FindAsync(int id, CancellationToken cancellation) => Task.FromResult(Rows.FirstOrDefault(r => r.Id == id));
    public Task<bool> RenewLeaseAsync(int id, LeaseTerms terms, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<bool> SurveyedAsync(int id, long objects, long bytes, long lackingObjects, long lackingBytes, bool whole, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<bool> OfferAsync(int id, IReadOnlyList<OfferedObject> objects, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task ListedAsync(int id, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<BackfillRow?> CountAsync(int id, double objectsPerSecond, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task SetProblemAsync(int id, string? problem, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task AnnounceAsync(IReadOnlyList<(string Name, bool CanList)> sources, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation) => throw new InvalidOperationException();
}
