namespace Wayward.Migrations.PostgreSql;

/// <summary>What the model has no word for: partitions, the merging function, and the leases of roles.</summary>
internal static class PostgreSqlSchema
{
    /// <summary>
    /// Partitioned by time, so that a month of cells can be dropped, moved or read alone, and keyed by instance first, so that instances can be spread over servers (citus.sql).
    /// The months' partitions are made by the writer when their first cell comes; the default one takes what belongs to no month that flow logs can be of.
    /// </summary>
    public const string ContactHours = """
        CREATE TABLE contact_hours (
            instance_id integer NOT NULL, endpoint_id integer NOT NULL, hour integer NOT NULL,
            first_contact bigint NOT NULL, last_contact bigint NOT NULL,
            out_accepted_records bigint NOT NULL, out_accepted_packets bigint NOT NULL, out_accepted_bytes bigint NOT NULL,
            out_rejected_records bigint NOT NULL, out_rejected_packets bigint NOT NULL, out_rejected_bytes bigint NOT NULL,
            in_accepted_records bigint NOT NULL, in_accepted_packets bigint NOT NULL, in_accepted_bytes bigint NOT NULL,
            in_rejected_records bigint NOT NULL, in_rejected_packets bigint NOT NULL, in_rejected_bytes bigint NOT NULL,
            max_packets bigint NOT NULL, flags smallint NOT NULL, first_answer bigint NOT NULL, last_answer bigint NOT NULL, answer_minutes bigint NOT NULL,
            inner_sources bytea NULL, first_object bigint NOT NULL, first_line bigint NOT NULL,
            CONSTRAINT "PK_contact_hours" PRIMARY KEY (instance_id, endpoint_id, hour)
        ) PARTITION BY RANGE (hour);
        CREATE TABLE contact_hours_default PARTITION OF contact_hours DEFAULT;

        -- The four smallest of both, each 16 bytes, ascending: associative and commutative, so the order of commits cannot matter.
        CREATE FUNCTION wayward_inner_merge(a bytea, b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT string_agg(part, ''::bytea ORDER BY part) FROM (
                SELECT DISTINCT substring(v FROM i * 16 + 1 FOR 16) AS part FROM (VALUES (a), (b)) AS x (v), generate_series(0, length(v) / 16 - 1) AS i
                ORDER BY part LIMIT 4) AS smallest
        $$;
        """;

    /// <summary>
    /// Who has a role that only one process may have at a time, such as the detector's; the epoch grows with every change of hands. Who wants something judged draws a number, and waits until it is answered.
    /// </summary>
    public const string Roles = """
        CREATE TABLE role_leases (role text COLLATE "C" PRIMARY KEY, owner text COLLATE "C" NULL, epoch bigint NOT NULL, until timestamptz NOT NULL, asked bigint NOT NULL, answered bigint NOT NULL);
        INSERT INTO role_leases VALUES ('detector', NULL, 0, '-infinity', 0, 0);
        """;

    public const string Drop = "DROP TABLE role_leases; DROP TABLE contact_hours; DROP FUNCTION wayward_inner_merge(bytea, bytea);";
}
