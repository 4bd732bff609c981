using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wayward.Storage.Ingest;
using Wayward.Storage.Model;

namespace Wayward.Storage.PostgreSql;

/// <summary>
/// Objects are handed out with FOR UPDATE SKIP LOCKED, so processes never wait for each other here. Every lease has an epoch of its own: a commit or a verdict is taken only from
/// whoever holds the last one.
/// </summary>
internal sealed class PgLeases : IObjectLeases
{
    private const string Clock = "extract(epoch FROM clock_timestamp())::bigint";

    /// <summary>What dead processes left first, then what is due again, then what is new: the first two are few, and a long backlog must not hold them up.</summary>
    private static readonly string[] Which =
    [
        $"state = 2 AND lease_until <= {Clock}",
        "state = 4 AND coalesce(next_try, 0) <= $6",
        "state = 1",
    ];

    private static string Sql(string which, bool newestFirst)
    {
        string order = newestFirst ? "turn DESC, object_id DESC" : "turn, object_id";
        return $"""
            UPDATE source_objects o SET state = 2, lease_owner = $3, lease_epoch = o.lease_epoch + 1, lease_until = {Clock} + $4
            FROM (SELECT object_id FROM source_objects WHERE source = $1 AND backfill = $5 AND {which} ORDER BY {order} LIMIT $2 FOR UPDATE SKIP LOCKED) n
            WHERE o.object_id = n.object_id
            RETURNING o.source, o.container, o.key, o.etag, o.bytes, o.last_modified, o.lease_epoch, o.turn, o.reason
            """;
    }

    public async Task<IReadOnlyList<OfferedObject>> ClaimAsync(WaywardDbContext db, QueueLane lane, int take, LeaseTerms terms, long now, CancellationToken cancellation)
    {
        var taken = new List<OfferedObject>();
        foreach (string which in Which)
        {
            if (taken.Count >= take) break;
            await using var command = new NpgsqlCommand(Sql(which, lane.NewestFirst), (NpgsqlConnection)db.Database.GetDbConnection());
            command.Parameters.AddRange(new[] { Pg.Value(lane.Source), Pg.Value(take - taken.Count), Pg.Value(terms.Owner), Pg.Value(Seconds(terms)), Pg.Value(lane.Backfill) });
            if (which.Contains("$6", StringComparison.Ordinal)) command.Parameters.Add(Pg.Value(now));
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
                taken.Add(new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5)) 
                {
                    LeaseEpoch = row.GetInt32(6), Turn = row.GetInt64(7), Interrupted = row.IsDBNull(8) ? Interruption.None : SourceObjectStore.InterruptionOf(row.GetString(8)),
                });
        }
        taken.Sort((a, b) => (lane.NewestFirst ? -1 : 1) * (a.Turn, a.ObjectId).CompareTo((b.Turn, b.ObjectId)));
        return taken;
    }

    public Task<int> RenewAsync(WaywardDbContext db, IReadOnlyList<OfferedObject> held, LeaseTerms terms, CancellationToken cancellation) =>
        UpdateAsync(db, held, $"lease_until = {Clock} + $3", cancellation, Pg.Value(Seconds(terms)));

    public Task<int> ReleaseAsync(WaywardDbContext db, IReadOnlyList<OfferedObject> held, CancellationToken cancellation) =>
        UpdateAsync(db, held, "state = 1, lease_owner = NULL, lease_until = NULL", cancellation);

    /// <summary>Rows that are just being committed are skipped: they need no lease any more.</summary>
    private static async Task<int> UpdateAsync(WaywardDbContext db, IReadOnlyList<OfferedObject> held, string set, CancellationToken cancellation, params NpgsqlParameter[] more)
    {
        var leased = held.Where(h => h.LeaseEpoch is not null).ToList();
        // Constants of this class; values are parameters.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand($"""
            UPDATE source_objects o SET {set}
            FROM (SELECT s.object_id FROM source_objects s JOIN unnest($1::bigint[], $2::int[]) AS h (id, epoch) ON s.object_id = h.id AND s.lease_epoch = h.epoch
                WHERE s.state = 2 ORDER BY s.object_id FOR UPDATE OF s SKIP LOCKED) n
            WHERE o.object_id = n.object_id
            """, (NpgsqlConnection)db.Database.GetDbConnection());
#pragma warning restore CA2100
        command.Parameters.Add(Pg.Array(leased.Select(h => h.ObjectId)));
        command.Parameters.Add(Pg.Array(leased.Select(h => h.LeaseEpoch!.Value)));
        command.Parameters.AddRange(more);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static long Seconds(LeaseTerms terms) => (long)Math.Ceiling(terms.For.TotalSeconds);
}
