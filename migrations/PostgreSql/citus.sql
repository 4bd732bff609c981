-- Spreads the contact tables over the servers of a Citus cluster, by instance. Run once with psql against the coordinator, by the owner of the database, after Wayward has made its
-- schema and before it holds data. It refuses rather than guesses, and running it again changes nothing.
\set ON_ERROR_STOP on

DO $guard$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'citus') THEN
        RAISE EXCEPTION 'The extension citus is not available on this server; one server needs nothing of this script.';
    END IF;
    IF to_regclass('contact_hours') IS NULL OR to_regclass('role_leases') IS NULL THEN
        RAISE EXCEPTION 'This is not a database of Wayward: start the program once, so that it makes its schema.';
    END IF;
    IF EXISTS (SELECT 1 FROM contact_pairs) OR EXISTS (SELECT 1 FROM source_objects WHERE state = 3) THEN
        RAISE EXCEPTION 'There is data already. Spread an empty database and let the objects be read again.';
    END IF;
END
$guard$;

BEGIN;
CREATE EXTENSION IF NOT EXISTS citus;

-- Found from every server: what cells refer to.
SELECT create_reference_table(t) FROM unnest(ARRAY['instances', 'endpoints']::regclass[]) AS t
WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition p WHERE p.logicalrelid = t);

-- The merging function is called where the rows are.
SELECT create_distributed_function('wayward_inner_merge(bytea, bytea)');

-- By instance, together: one instance's cells, pairs, coverage, facts and evidence are on one server.
SELECT create_distributed_table(t, 'instance_id', colocate_with => CASE WHEN t = 'contact_pairs'::regclass THEN 'none' ELSE 'contact_pairs' END)
FROM unnest(ARRAY['contact_pairs', 'contact_hours', 'coverage_days', 'instance_facts', 'contact_evidence']::regclass[]) WITH ORDINALITY AS x (t, n)
WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition p WHERE p.logicalrelid = t) ORDER BY n;
COMMIT;
