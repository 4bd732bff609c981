namespace Wayward.Migrations.PostgreSql;

/// <summary>What the model has no word for: the merging function, and the leases of roles.</summary>
internal static class PostgreSqlSchema
{
    /// <summary>The four smallest of both, each 16 bytes, ascending: associative and commutative, so the order of commits cannot matter.</summary>
    public const string Functions = """
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
        CREATE TABLE role_leases (role text COLLATE "C" PRIMARY KEY, owner text COLLATE "C" NULL, epoch bigint NOT NULL, until timestamptz NOT NULL, requested bigint NOT NULL, answered bigint NOT NULL);
        INSERT INTO role_leases VALUES ('detector', NULL, 0, '-infinity', 0, 0);
        """;

    public const string Drop = "DROP TABLE role_leases; DROP FUNCTION wayward_inner_merge(bytea, bytea);";
}
