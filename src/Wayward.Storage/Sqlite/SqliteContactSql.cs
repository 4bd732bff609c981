namespace Wayward.Storage.Sqlite;

/// <summary>The batch writer's statements. Merging is by min, max, sum and or only, so neither replay within a transaction nor the order of commits can matter.</summary>
internal static class SqliteContactSql
{
    public const string UpsertCoverage = """
        INSERT INTO coverage_days (instance_id, day, first_start, last_end, hours, skip_hours, records) VALUES (?,?,?,?,?,?,?)
        ON CONFLICT DO UPDATE SET first_start = min(first_start, excluded.first_start), last_end = max(last_end, excluded.last_end),
            hours = hours | excluded.hours, skip_hours = skip_hours | excluded.skip_hours, records = records + excluded.records
        """;

    public const string UpsertFact = """
        INSERT INTO instance_facts (instance_id, attribute, value, first, last) VALUES (?,?,?,?,?)
        ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)
        """;

    public const string SelectFacts = "SELECT attribute, value, first, last FROM instance_facts WHERE instance_id = ?";

    public const string SelectPairs = "SELECT endpoint_id, first, last FROM contact_pairs WHERE instance_id = ?";

    public const string UpsertPair = """
        INSERT INTO contact_pairs (instance_id, endpoint_id, first, last) VALUES (?,?,?,?)
        ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)
        """;

    /// <summary>The usual case, which leaves the index alone.</summary>
    public const string AdvancePair = "UPDATE contact_pairs SET last = ? WHERE instance_id = ? AND endpoint_id = ?";

    public const string SelectEvidence = "SELECT start, object_id, line FROM contact_evidence WHERE instance_id = ? AND endpoint_id = ?";
    public const string InsertEvidence = "INSERT OR IGNORE INTO contact_evidence (instance_id, endpoint_id, start, object_id, line, text) VALUES (?,?,?,?,?,?)";
    public const string DeleteEvidence = "DELETE FROM contact_evidence WHERE instance_id = ? AND endpoint_id = ? AND start = ? AND object_id = ? AND line = ?";

    public const string SelectInstance = "SELECT id, first_seen, last_seen, observed_since, last_contact, destinations FROM instances WHERE key = ?";

    public const string InsertInstance = """
        INSERT INTO instances (key, first_seen, last_seen, observed_since, last_contact, destinations, open_findings, max_severity, search)
        VALUES (?, ?, 0, ?, 0, 0, 0, 0, '') RETURNING id
        """;

    /// <summary>What changes with every commit is in no index.</summary>
    public const string AdvanceInstance = "UPDATE instances SET last_seen = ?, last_contact = ? WHERE id = ?";

    public const string UpdateInstance = "UPDATE instances SET first_seen = ?, observed_since = ?, destinations = ? WHERE id = ?";

    public const string UpdateInstanceFacts =
        "UPDATE instances SET name = ?, account_id = ?, vpc_id = ?, subnet_id = ?, asg = ?, region = ?, search = ? WHERE id = ?";

    public const string SelectEndpoint = "SELECT id FROM endpoints WHERE address = ? AND protocol = ? AND port = ?";

    public const string InsertEndpoint = $"INSERT INTO endpoints (address, protocol, port, first, last, instances) VALUES (?,?,?,9223372036854775807,0,0) RETURNING id";

    public const string UpdateEndpoint = "UPDATE endpoints SET first = min(first, ?), last = max(last, ?), instances = instances + ? WHERE id = ?";

    public const string TouchInstance = """
        INSERT INTO touched_instances (instance_id, commit_number, from_hour) VALUES (?,?,?) ON CONFLICT (instance_id) DO UPDATE SET commit_number = excluded.commit_number, from_hour = min(from_hour, excluded.from_hour)
        """;

    public const string DeleteChecksum = "DELETE FROM day_checksums WHERE day = ?";

    public const string SelectCommitNumber = "SELECT commit_number FROM ledger_state WHERE id = 1";
    public const string UpdateState = "UPDATE ledger_state SET commit_number = ?, max_start = max(max_start, ?) WHERE id = 1";

    public const string SelectObjectState = "SELECT state FROM source_objects WHERE object_id = ?";
    public const string SelectSameContent = "SELECT key FROM source_objects WHERE sha256 = ? AND state = ? AND object_id <> ? LIMIT 1";

    /// <summary>A replayed object keeps the instances that it had: its replay is a part of it.</summary>
    public const string SetObjectInstances = "UPDATE source_objects SET instance_ids = coalesce(instance_ids, ?) WHERE object_id = ?";

    public const string UpsertObject = """
        INSERT INTO source_objects (object_id, source, container, key, etag, search, state, bytes, last_modified, seen_at, done_at, attempts, next_try, reason, lease_owner, lease_epoch, lease_until,
            expanded_bytes, records, contact_records, quarantined, quarantine_json, skipped_json, format, columns, first_start, last_end, sha256, read_milliseconds, commit_number)
        VALUES (?,?,?,?,?,?,?,?,0,?,?,1,NULL,?,NULL,0,NULL,?,?,?,?,?,?,?,?,?,?,?,?,?)
        ON CONFLICT DO UPDATE SET state = excluded.state, bytes = excluded.bytes, done_at = excluded.done_at, attempts = CASE WHEN reason IN ('being read', 'being read, nothing beside it') THEN attempts ELSE attempts + 1 END, next_try = NULL, reason = excluded.reason,
            lease_owner = NULL, lease_until = NULL, expanded_bytes = excluded.expanded_bytes, records = excluded.records, contact_records = excluded.contact_records,
            quarantined = excluded.quarantined, quarantine_json = excluded.quarantine_json, skipped_json = excluded.skipped_json, format = excluded.format, columns = excluded.columns,
            first_start = excluded.first_start, last_end = excluded.last_end, sha256 = excluded.sha256, read_milliseconds = excluded.read_milliseconds, commit_number = excluded.commit_number
        """;
}
