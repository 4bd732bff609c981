namespace Wayward.Storage.PostgreSql;

/// <summary>
/// The batch writer's statements: each writes many rows, given as arrays. Merging is by least, greatest, sum and or only, so the order of commits cannot matter. Rows are
/// always taken in key order and tables always in the same order, so that commits of several processes wait for each other and never in a ring.
/// </summary>
internal static class PgContactSql
{
    public const string UpsertCoverage = """
        INSERT INTO coverage_days AS c (instance_id, day, first_start, last_end, hours, skip_hours, records)
        SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::bigint[])
        ON CONFLICT (instance_id, day) DO UPDATE SET first_start = least(c.first_start, excluded.first_start), last_end = greatest(c.last_end, excluded.last_end),
            hours = c.hours | excluded.hours, skip_hours = c.skip_hours | excluded.skip_hours, records = c.records + excluded.records
        """;

    public const string SelectCoverageSpans = "SELECT instance_id, first_start, last_end FROM coverage_days WHERE instance_id = ANY($1) ORDER BY instance_id, day";

    public const string SelectFacts = "SELECT instance_id, attribute, value, first, last FROM instance_facts WHERE instance_id = ANY($1)";

    public const string UpsertFacts = """
        INSERT INTO instance_facts AS f (instance_id, attribute, value, first, last) SELECT * FROM unnest($1::int[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[])
        ON CONFLICT (instance_id, attribute, value) DO UPDATE SET first = least(f.first, excluded.first), last = greatest(f.last, excluded.last)
        """;

    public const string SelectPairs = """
        SELECT p.instance_id, p.endpoint_id, p.first, p.last FROM contact_pairs p
        JOIN unnest($1::int[], $2::int[]) AS n (instance_id, endpoint_id) ON n.instance_id = p.instance_id AND n.endpoint_id = p.endpoint_id
        """;

    public const string UpsertPairs = """
        INSERT INTO contact_pairs AS p (instance_id, endpoint_id, first, last) SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[])
        ON CONFLICT (instance_id, endpoint_id) DO UPDATE SET first = least(p.first, excluded.first), last = greatest(p.last, excluded.last)
        """;

    /// <summary>Port 53 is one kind over TCP and UDP; on any other port the protocol tells the transport.</summary>
    public const string CountDestinations = """
        SELECT d.instance_id, count(*)::int FROM (SELECT DISTINCT p.instance_id, e.address, CASE WHEN e.port = 53 THEN 0 ELSE e.protocol END, e.port
            FROM contact_pairs p JOIN endpoints e ON e.id = p.endpoint_id WHERE p.instance_id = ANY($1) AND p.last > 0) AS d
        GROUP BY d.instance_id
        """;

    public const string SelectEvidence = """
        SELECT v.instance_id, v.endpoint_id, v.start, v.object_id, v.line FROM contact_evidence v
        JOIN unnest($1::int[], $2::int[]) AS n (instance_id, endpoint_id) ON n.instance_id = v.instance_id AND n.endpoint_id = v.endpoint_id
        """;

    public const string DeleteEvidence = """
        DELETE FROM contact_evidence v USING unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[]) AS n (instance_id, endpoint_id, start, object_id, line)
        WHERE (v.instance_id, v.endpoint_id, v.start, v.object_id, v.line) = (n.instance_id, n.endpoint_id, n.start, n.object_id, n.line)
        """;

    public const string InsertEvidence = """
        INSERT INTO contact_evidence (instance_id, endpoint_id, start, object_id, line, text)
        SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) ON CONFLICT DO NOTHING
        """;

    /// <summary>Only those that are not there, so that numbers are not used up by conflicts.</summary>
    public const string InsertInstances = """
        INSERT INTO instances (key, first_seen, last_seen, observed_since, last_contact, destinations, open_findings, max_severity, search)
        SELECT k, 9223372036854775807, 0, 9223372036854775807, 0, 0, 0, 0, '' FROM unnest($1::text[]) AS k
        WHERE NOT EXISTS (SELECT 1 FROM instances i WHERE i.key = k) ORDER BY k ON CONFLICT (key) DO NOTHING RETURNING id
        """;

    /// <summary>Whoever holds an instance's row derives its epoch and its counts alone.</summary>
    public const string LockInstances =
        "SELECT id, key, first_seen, last_seen, observed_since, last_contact, destinations FROM instances WHERE key = ANY($1) ORDER BY id FOR NO KEY UPDATE";

    public const string UpdateInstances = """
        UPDATE instances i SET last_seen = n.last_seen, last_contact = n.last_contact
        FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS n (id, last_seen, last_contact) WHERE i.id = n.id
        """;

    /// <summary>The columns that lists sort by, and so have indexes.</summary>
    public const string UpdateInstanceOrder = """
        UPDATE instances i SET first_seen = n.first_seen, observed_since = n.observed_since, destinations = n.destinations
        FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::int[]) AS n (id, first_seen, observed_since, destinations) WHERE i.id = n.id
        """;

    public const string UpdateInstanceFacts = """
        UPDATE instances i SET name = n.name, account_id = n.account_id, vpc_id = n.vpc_id, subnet_id = n.subnet_id, asg = n.asg, region = n.region, search = n.search
        FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) AS n (id, name, account_id, vpc_id, subnet_id, asg, region, search) WHERE i.id = n.id
        """;

    public const string InsertEndpoints = """
        INSERT INTO endpoints (address, protocol, port, first, last, instances)
        SELECT n.address, n.protocol, n.port, 9223372036854775807, 0, 0 FROM unnest($1::bytea[], $2::smallint[], $3::int[]) AS n (address, protocol, port)
        WHERE NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.address = n.address AND e.protocol = n.protocol AND e.port = n.port)
        ORDER BY n.address, n.protocol, n.port ON CONFLICT (address, protocol, port) DO NOTHING
        """;

    public const string SelectEndpoints = """
        SELECT e.id, n.n FROM unnest($1::bytea[], $2::smallint[], $3::int[]) WITH ORDINALITY AS n (address, protocol, port, n)
        JOIN endpoints e ON e.address = n.address AND e.protocol = n.protocol AND e.port = n.port
        """;

    public const string LockEndpoints = "SELECT 1 FROM endpoints WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

    public const string UpdateEndpoints = """
        UPDATE endpoints e SET first = least(e.first, n.first), last = greatest(e.last, n.last), instances = e.instances + n.instances
        FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::int[]) AS n (id, first, last, instances) WHERE e.id = n.id
        """;

    /// <summary>Commits take their numbers one after the other and hold them until they are on disk, so a number that can be seen has none unseen below it.</summary>
    public const string NextCommitNumber = "UPDATE ledger_state SET commit_number = commit_number + 1, max_start = greatest(max_start, $1) WHERE id = 1";

    public const string LockCommitNumber = "SELECT commit_number FROM ledger_state WHERE id = 1 FOR NO KEY UPDATE";

    public const string TouchEndpoints = """
        INSERT INTO touched_endpoints (endpoint_id, commit_number) SELECT n, (SELECT commit_number FROM ledger_state WHERE id = 1) FROM unnest($1::int[]) AS n ORDER BY n
        ON CONFLICT (endpoint_id) DO UPDATE SET commit_number = excluded.commit_number
        """;

    public const string TouchInstances = """
        INSERT INTO touched_instances AS t (instance_id, commit_number, from_hour)
        SELECT n.id, (SELECT commit_number FROM ledger_state WHERE id = 1), n.from_hour FROM unnest($1::int[], $2::int[]) AS n (id, from_hour) ORDER BY n.id
        ON CONFLICT (instance_id) DO UPDATE SET commit_number = excluded.commit_number, from_hour = least(t.from_hour, excluded.from_hour)
        """;

    public const string DeleteChecksums = "DELETE FROM day_checksums WHERE day = ANY($1)";

    /// <summary>Another version of a key, or an object that is only read again: then something is taken away, and nobody may commit beside it.</summary>
    public const string NeedsAlone = """
        SELECT EXISTS (SELECT 1 FROM source_objects o JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS n (container, key, id)
                ON o.container = n.container AND o.key = n.key AND o.object_id <> n.id)
            OR EXISTS (SELECT 1 FROM object_replays WHERE object_id = ANY($3))
        """;

    /// <summary>The fence: the rows stay as they are until this transaction ends.</summary>
    public const string LockObjects = "SELECT object_id, state, lease_epoch FROM source_objects WHERE object_id = ANY($1) ORDER BY object_id FOR NO KEY UPDATE";

    public const string SelectStates = "SELECT object_id, state FROM source_objects WHERE object_id = ANY($1)";
    public const string SelectSameContent = "SELECT object_id, sha256, key FROM source_objects WHERE sha256 = ANY($1) AND state = 3";

    /// <summary>A replayed object keeps the instances that it had: its replay is a part of it.</summary>
    public const string SetObjectInstances = "UPDATE source_objects SET instance_ids = coalesce(instance_ids, $1) WHERE object_id = $2";

    public const string SetObjectCommit = "UPDATE source_objects SET commit_number = $1 WHERE object_id = $2";

    public const string UpsertObject = """
        INSERT INTO source_objects AS o (object_id, source, container, key, etag, search, state, bytes, last_modified, seen_at, done_at, attempts, next_try, reason, lease_owner, lease_epoch, lease_until,
            expanded_bytes, records, contact_records, quarantined, quarantine_json, skipped_json, format, columns, first_start, last_end, sha256, read_milliseconds, commit_number)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9, 1, NULL, $10, NULL, 0, NULL, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, (SELECT commit_number FROM ledger_state WHERE id = 1))
        ON CONFLICT (object_id) DO UPDATE SET state = excluded.state, bytes = excluded.bytes, done_at = excluded.done_at, attempts = CASE WHEN o.reason IN ('being read', 'being read, nothing beside it') THEN o.attempts ELSE o.attempts + 1 END, next_try = NULL, reason = excluded.reason,
            lease_owner = NULL, lease_until = NULL, expanded_bytes = excluded.expanded_bytes, records = excluded.records, contact_records = excluded.contact_records,
            quarantined = excluded.quarantined, quarantine_json = excluded.quarantine_json, skipped_json = excluded.skipped_json, format = excluded.format, columns = excluded.columns,
            first_start = excluded.first_start, last_end = excluded.last_end, sha256 = excluded.sha256, read_milliseconds = excluded.read_milliseconds, commit_number = excluded.commit_number
        """;
}
