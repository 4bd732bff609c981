namespace Wayward.Storage.Contacts;

/// <summary>Statements that every database understands; parameters are question marks in order.</summary>
internal static class ContactReplacementSql
{
    public const string SelectFormer = "SELECT object_id, state, first_start, last_end, instance_ids, last_modified, sha256 FROM source_objects WHERE container = ? AND key = ? AND object_id <> ?";
    public const string SelectLastModified = "SELECT last_modified FROM source_objects WHERE object_id = ?";
    public const string MarkChanged = "UPDATE source_objects SET state = 8, reason = ?, next_try = NULL, lease_owner = NULL, lease_until = NULL WHERE object_id = ?";
    public const string InsertStale = """
        INSERT INTO source_objects (object_id, source, container, key, etag, search, state, bytes, last_modified, seen_at, attempts, lease_epoch, expanded_bytes, records, contact_records, quarantined, first_start, last_end, read_milliseconds, commit_number)
        VALUES (?,?,?,?,?,?,8,?,0,?,1,0,0,0,0,0,0,0,0,?) ON CONFLICT (object_id) DO UPDATE SET state = 8
        """;

    /// <summary>Objects of the same content that had counted for nothing: one of them must count now.</summary>
    public const string ReviveTwin = "UPDATE source_objects SET state = 1, backfill = 0, turn = last_modified, reason = NULL WHERE object_id = (SELECT object_id FROM source_objects WHERE sha256 = ? AND state = 7 ORDER BY object_id LIMIT 1)";

    public const string InsertWindow = "INSERT INTO rebuild_windows (from_day, to_day, instance_ids) VALUES (?,?,?) RETURNING id";

    /// <summary>What is done, or was done and waits for another replay, and reaches into the span.</summary>
    public const string SelectOverlapping = """
        SELECT object_id, instance_ids FROM source_objects o
        WHERE (state = 3 OR EXISTS (SELECT 1 FROM object_replays r WHERE r.object_id = o.object_id)) AND object_id <> ? AND last_end >= ? AND first_start < ?
        """;

    public const string Requeue = "UPDATE source_objects SET state = 1, backfill = 0, turn = last_modified, next_try = NULL, reason = 'read again: an object beside it was replaced' WHERE object_id = ?";
    public const string InsertReplay = "INSERT INTO object_replays (object_id, window_id) VALUES (?,?) ON CONFLICT DO NOTHING";
    public const string SelectReplays = "SELECT w.from_day, w.to_day, w.instance_ids FROM object_replays r JOIN rebuild_windows w ON w.id = r.window_id WHERE r.object_id = ?";
    public const string InheritInstances = "UPDATE source_objects SET instance_ids = ? WHERE object_id = ?";
    /// <summary>Followed by <see cref="DeleteReplays"/> of the former.</summary>
    public const string InheritReplays = "INSERT INTO object_replays (object_id, window_id) SELECT ?, window_id FROM object_replays WHERE object_id = ? ON CONFLICT DO NOTHING";
    public const string DeleteReplays = "DELETE FROM object_replays WHERE object_id = ?";
    public const string DeleteIdleWindows = "DELETE FROM rebuild_windows WHERE id NOT IN (SELECT window_id FROM object_replays)";
    public const string SelectInstanceKey = "SELECT key FROM instances WHERE id = ?";

    public const string DeleteCells = "DELETE FROM contact_hours WHERE instance_id = ? AND hour >= ? AND hour < ?";
    public const string DeleteCoverage = "DELETE FROM coverage_days WHERE instance_id = ? AND day >= ? AND day <= ?";
    public const string DeleteEvidence = "DELETE FROM contact_evidence WHERE instance_id = ? AND start >= ? AND start < ?";
    public const string DeleteChecksums = "DELETE FROM day_checksums WHERE day >= ? AND day <= ?";

    public const string SelectPairEndpoints = "SELECT endpoint_id FROM contact_pairs WHERE instance_id = ?";
    public const string DeleteEmptyPairs = "DELETE FROM contact_pairs WHERE instance_id = ? AND NOT EXISTS (SELECT 1 FROM contact_hours h WHERE h.instance_id = contact_pairs.instance_id AND h.endpoint_id = contact_pairs.endpoint_id)";
    public const string RecomputePairs = """
        UPDATE contact_pairs SET
            first = (SELECT min(first_contact) FROM contact_hours h WHERE h.instance_id = contact_pairs.instance_id AND h.endpoint_id = contact_pairs.endpoint_id),
            last = (SELECT max(last_contact) FROM contact_hours h WHERE h.instance_id = contact_pairs.instance_id AND h.endpoint_id = contact_pairs.endpoint_id)
        WHERE instance_id = ?
        """;

    public const string RecomputeEndpoint = """
        UPDATE endpoints SET first = coalesce((SELECT min(first) FROM contact_pairs p WHERE p.endpoint_id = endpoints.id), 9223372036854775807),
            last = coalesce((SELECT max(last) FROM contact_pairs p WHERE p.endpoint_id = endpoints.id), 0),
            instances = (SELECT count(*) FROM contact_pairs p WHERE p.endpoint_id = endpoints.id AND p.last > 0)
        WHERE id = ?
        """;

    public const string DeleteUnusedEndpoint = "DELETE FROM endpoints WHERE id = ? AND NOT EXISTS (SELECT 1 FROM contact_pairs p WHERE p.endpoint_id = endpoints.id)";
    public const string DeleteUntouchable = "DELETE FROM touched_endpoints WHERE endpoint_id NOT IN (SELECT id FROM endpoints)";

    public const string RecomputeInstance = """
        UPDATE instances SET
            first_seen = coalesce((SELECT min(first_start) FROM coverage_days c WHERE c.instance_id = instances.id), 9223372036854775807),
            last_seen = coalesce((SELECT max(last_end) FROM coverage_days c WHERE c.instance_id = instances.id), 0),
            observed_since = ?,
            last_contact = coalesce((SELECT max(last) FROM contact_pairs p WHERE p.instance_id = instances.id), 0),
            destinations = ?
        WHERE id = ?
        """;

    public const string SelectCoverageSpans = "SELECT first_start, last_end FROM coverage_days WHERE instance_id = ? ORDER BY day";

    /// <summary>Port 53 is one kind over TCP and UDP; on any other port the protocol tells the transport.</summary>
    public const string CountDestinations = """
        SELECT count(*) FROM (SELECT DISTINCT e.address, CASE WHEN e.port = 53 THEN 0 ELSE e.protocol END, e.port
            FROM contact_pairs p JOIN endpoints e ON e.id = p.endpoint_id WHERE p.instance_id = ? AND p.last > 0) AS d
        """;

    public const string TouchEndpoint = "INSERT INTO touched_endpoints (endpoint_id, commit_number) VALUES (?,?) ON CONFLICT (endpoint_id) DO UPDATE SET commit_number = excluded.commit_number";
    /// <summary>Something of it was taken away, so all of it is to be read again.</summary>
    public const string TouchInstance = "INSERT INTO touched_instances (instance_id, commit_number, from_hour) VALUES (?,?,0) ON CONFLICT (instance_id) DO UPDATE SET commit_number = excluded.commit_number, from_hour = 0";
}
