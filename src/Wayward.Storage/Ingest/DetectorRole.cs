namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="IDetectorRole"/>
internal sealed class DetectorRole(Database database) : IDetectorRole
{
    private IDetectorSeat? Seat => database.Dialect.DetectorSeat;

    public bool Alone => Seat is null;

    public bool Held => Seat is null || database.DetectorTerm is { Epoch: not null };

    public async Task<bool> TryHoldAsync(LeaseTerms terms, CancellationToken cancellation)
    {
        if (Seat is not { } seat) return true;
        long? before = database.DetectorTerm?.Epoch;
        long? epoch = await database.ReadAsync((db, c) => seat.TryHoldAsync(db, terms, before, c), cancellation);
        database.DetectorTerm = new(epoch);
        return epoch is not null;
    }

    public Task ResignAsync(CancellationToken cancellation)
    {
        if (Seat is not { } seat || database.DetectorTerm?.Epoch is not { } epoch) return Task.CompletedTask;
        database.DetectorTerm = new(null);
        return database.ReadAsync((db, c) => seat.ResignAsync(db, epoch, c), cancellation);
    }

    public Task<long> AskAsync(CancellationToken cancellation) => Seat is { } seat ? database.ReadAsync(seat.AskAsync, cancellation) : Task.FromResult(0L);

    public Task<(long Asked, long Answered)> TicketsAsync(CancellationToken cancellation) => Seat is { } seat ? database.ReadAsync(seat.TicketsAsync, cancellation) : Task.FromResult((0L, 0L));

    public Task AnswerAsync(long ticket, CancellationToken cancellation) => Seat is { } seat ? database.ReadAsync((db, c) => seat.AnswerAsync(db, ticket, c), cancellation) : Task.CompletedTask;

    public Task<string> StampAsync(CancellationToken cancellation) => Seat is { } seat ? database.ReadAsync(seat.StampAsync, cancellation) : Task.FromResult("");
}

/// <param name="Epoch">Of the lease that this process holds; null = it does not hold the role.</param>
internal sealed record DetectorTerm(long? Epoch);
