using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wayward.Storage.Ingest;
using Wayward.Storage.Model;

namespace Wayward.Storage.PostgreSql;

/// <summary>The one row that says who evaluates, by the database's clock.</summary>
internal sealed class PgDetectorLease : IDetectorLease
{
    /// <summary>The same process keeps its epoch, even when its lease had ended, as long as nobody else had the role meanwhile.</summary>
    private const string Hold = """
        UPDATE role_leases SET epoch = CASE WHEN owner = $1 AND epoch = $3 THEN epoch ELSE epoch + 1 END, owner = $1, until = clock_timestamp() + $2 * interval '1 second'
        WHERE role = 'detector' AND (owner IS NULL OR owner = $1 OR until < clock_timestamp()) RETURNING epoch
        """;

    private const string Resign = "UPDATE role_leases SET owner = NULL, until = '-infinity' WHERE role = 'detector' AND epoch = $1 RETURNING epoch";
    private const string Request = "UPDATE role_leases SET requested = requested + 1 WHERE role = 'detector' RETURNING requested";
    private const string Tickets = "SELECT requested, answered FROM role_leases WHERE role = 'detector'";
    private const string Answer = "UPDATE role_leases SET answered = greatest(answered, $1) WHERE role = 'detector' RETURNING answered";

    /// <summary>Held until the transaction ends: nobody takes the role between this read and the commit.</summary>
    private const string Fence = "SELECT epoch FROM role_leases WHERE role = 'detector' FOR SHARE";

    private const string Stamp = "SELECT concat_ws(' ', commit_number, evaluated_commit, evaluated_with, (SELECT max(id) FROM audit_entries), (SELECT sum(survey_objects + objects + settled + state) FROM backfills)) FROM ledger_state WHERE id = 1";

    public async Task<long?> TryHoldAsync(WaywardDbContext db, LeaseTerms terms, long? before, CancellationToken cancellation) =>
        await ScalarAsync(db, Hold, cancellation, Pg.Value(terms.Owner), Pg.Value(terms.For.TotalSeconds), Pg.Value(before ?? -1)) as long?;

    public async Task<bool> ResignAsync(WaywardDbContext db, long epoch, CancellationToken cancellation) => await ScalarAsync(db, Resign, cancellation, Pg.Value(epoch)) is long;

    public async Task<long> RequestAsync(WaywardDbContext db, CancellationToken cancellation) => (long)(await ScalarAsync(db, Request, cancellation))!;

    public async Task<bool> AnswerAsync(WaywardDbContext db, long ticket, CancellationToken cancellation) => await ScalarAsync(db, Answer, cancellation, Pg.Value(ticket)) is long;

    public async Task<(long Requested, long Answered)> TicketsAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Tickets, (NpgsqlConnection)db.Database.GetDbConnection());
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (row.GetInt64(0), row.GetInt64(1)) : default;
    }

    public async Task<bool> IsCurrentAsync(WaywardDbContext db, long epoch, CancellationToken cancellation) => await ScalarAsync(db, Fence, cancellation) is long current && current == epoch;

    public async Task<string> StampAsync(WaywardDbContext db, CancellationToken cancellation) => await ScalarAsync(db, Stamp, cancellation) as string ?? "";

    private static async Task<object?> ScalarAsync(WaywardDbContext db, string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        // Constants of this class; values are parameters. The connection's open transaction, if there is one, is the command's too.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection());
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellation);
    }
}
