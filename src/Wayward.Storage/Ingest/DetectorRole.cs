namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="IDetectorRole"/>
internal sealed class DetectorRole(Database database) : IDetectorRole
{
    private IDetectorLease? Lease => database.Dialect.DetectorLease;

    public bool Alone => Lease is null;

    public bool Held => Lease is null || database.DetectorTerm is { Epoch: not null };

    public async Task<bool> TryHoldAsync(LeaseTerms terms, CancellationToken cancellation)
    {
        if (Lease is not { } lease) return true;
        long? before = database.DetectorTerm?.Epoch;
        long? epoch = await database.ReadAsync((db, c) => lease.TryHoldAsync(db, terms, before, c), cancellation);
        database.DetectorTerm = new(epoch);
        return epoch is not null;
    }

    public Task ResignAsync(CancellationToken cancellation)
    {
        if (Lease is not { } lease || database.DetectorTerm?.Epoch is not { } epoch) return Task.CompletedTask;
        database.DetectorTerm = new(null);
        return database.ReadAsync((db, c) => lease.ResignAsync(db, epoch, c), cancellation);
    }

    public Task<long> RequestAsync(CancellationToken cancellation) => Lease is { } lease ? database.ReadAsync(lease.RequestAsync, cancellation) : Task.FromResult(0L);

    public Task<(long Requested, long Answered)> TicketsAsync(CancellationToken cancellation) => Lease is { } lease ? database.ReadAsync(lease.TicketsAsync, cancellation) : Task.FromResult((0L, 0L));

    public Task AnswerAsync(long ticket, CancellationToken cancellation) => Lease is { } lease ? database.ReadAsync((db, c) => lease.AnswerAsync(db, ticket, c), cancellation) : Task.CompletedTask;

    public Task<string> StampAsync(CancellationToken cancellation) => Lease is { } lease ? database.ReadAsync(lease.StampAsync, cancellation) : Task.FromResult("");
}

/// <param name="Epoch">Of the lease that this process holds; null = it does not hold the role.</param>
internal sealed record DetectorTerm(long? Epoch);
