-- First-contact findings straight from flow records, as a second opinion on the engine: sections 2 to 5 of the detection rules in one sitting, set by set, no hour cells, no digests.
-- Input: flow(seed, eni, instance, subnet, src, dst, psrc, pdst, sport, dport, proto, start, stop, rejected, status, flags, dir, packets, bytes), endpoint(address, proto, port, kind, valid_from, valid_to),
-- rule(instance, address, kind, valid_from, valid_to), par(h, l, peers, established, grace, grace_of_entries). NULL = absent or any; instance '-' = service interface.

CREATE MACRO hex(t) AS ('0x' || t)::INTEGER;
CREATE MACRO quad(a, b) AS (a >> 8)::VARCHAR || '.' || (a & 255)::VARCHAR || '.' || (b >> 8)::VARCHAR || '.' || (b & 255)::VARCHAR;
CREATE MACRO fold(t) AS CASE WHEN starts_with(t, '64:ff9b::') THEN quad(hex(split_part(substr(t, 10), ':', 1)), hex(split_part(substr(t, 10), ':', 2))) ELSE t END;
CREATE MACRO is_private(t) AS (t LIKE '10.%' OR t LIKE '192.168.%' OR t LIKE 'fd%');

CREATE TABLE record AS
  SELECT *, CASE WHEN instance IS NULL THEN eni WHEN instance LIKE 'i-%' THEN instance END AS who FROM flow;

CREATE TABLE seen AS SELECT who, subnet, start, stop, row_number() OVER () AS id FROM record WHERE who IS NOT NULL;

CREATE TABLE sided AS
  SELECT who, proto, start, stop, rejected, flags, CASE dir WHEN 'egress' THEN true WHEN 'ingress' THEN false ELSE
           CASE WHEN is_private(fold(src)) AND NOT is_private(fold(dst)) THEN true WHEN is_private(fold(dst)) AND NOT is_private(fold(src)) THEN false END END AS egress,
         src, dst, psrc, pdst, sport, dport, packets, bytes
  FROM record WHERE who IS NOT NULL AND status = 'OK' AND proto IN (6, 17);

CREATE TABLE oriented AS
  SELECT who, proto, start, stop, rejected, flags, egress, src, packets, bytes, fold(CASE WHEN egress THEN coalesce(pdst, dst) ELSE coalesce(psrc, src) END) AS target,
         CASE WHEN egress THEN dport ELSE sport END AS remote_port, CASE WHEN egress THEN sport ELSE dport END AS local_port
  FROM sided WHERE egress IS NOT NULL;

CREATE TABLE contact AS
  SELECT o.*, CASE WHEN remote_port = 53 THEN 'DNS' WHEN remote_port = 853 AND o.proto = 6 THEN 'DoT' WHEN remote_port = 853 THEN 'DoQ' ELSE e.kind END AS kind
  FROM oriented o LEFT JOIN endpoint e ON e.address = o.target AND e.proto = o.proto AND e.port = o.remote_port
  WHERE egress AND NOT is_private(target) AND (remote_port IN (53, 853) OR e.kind IS NOT NULL)
    -- Our own SYN tells who opened, whatever the local port. From a server's port without one it is unclear, and the worlds hold no such record.
    AND ((o.proto = 6 AND (flags & 18) = 2) OR (local_port NOT IN (53, 853) AND local_port <> remote_port))
    AND (o.proto = 17 OR flags IS NULL OR ((flags & 18) <> 18 AND NOT ((flags & 4) = 4 AND (flags & 3) = 0 AND bytes <= packets * CASE WHEN contains(src, ':') THEN 60 ELSE 40 END)));

-- Rows of equal times are sorted twice below, once to see what came before and once to count: the number makes it the same order.
CREATE TABLE history AS
  SELECT c.*, row_number() OVER () AS id FROM contact c WHERE NOT EXISTS (SELECT 1 FROM rule r WHERE coalesce(r.instance, c.who) = c.who AND r.address = c.target AND coalesce(r.kind, c.kind) = c.kind
    AND c.start >= coalesce(r.valid_from, 0) AND c.start < coalesce(r.valid_to, 9000000000000));

CREATE TABLE episode AS
  WITH reach AS (SELECT *, max(stop) OVER (PARTITION BY who, kind, target ORDER BY start, stop, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM history),
       numbered AS (SELECT *, count(*) FILTER (WHERE until IS NULL OR start - until > (SELECT h FROM par)) OVER (PARTITION BY who, kind, target ORDER BY start, stop, id ROWS UNBOUNDED PRECEDING) AS n FROM reach)
  SELECT who, kind, target, n, min(start) AS first, max(stop) AS last, bool_and(rejected) AS blocked FROM numbered GROUP BY ALL;

CREATE TABLE watched AS SELECT 'i' AS scope, who AS name, start, stop, id FROM seen UNION ALL SELECT 'c', subnet, start, stop, id FROM seen WHERE subnet IS NOT NULL;
CREATE TABLE epoch AS
  WITH reach AS (SELECT *, max(stop) OVER (PARTITION BY scope, name ORDER BY start, stop, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM watched),
       numbered AS (SELECT *, count(*) FILTER (WHERE until IS NULL OR start - until > (SELECT h FROM par)) OVER (PARTITION BY scope, name ORDER BY start, stop, id ROWS UNBOUNDED PRECEDING) AS n FROM reach)
  SELECT scope, name, n, min(start) AS first, max(stop) AS last FROM numbered GROUP BY ALL;

CREATE TABLE member AS SELECT who, min(subnet) AS cohort FROM seen WHERE subnet IS NOT NULL GROUP BY who;

CREATE TABLE aged AS
  SELECT e.*, m.cohort, e.first - own.first AS age, c.first AS cohort_since, coalesce(e.first - c.first, 0) AS cohort_age
  FROM episode e LEFT JOIN member m USING (who)
  JOIN epoch own ON own.scope = 'i' AND own.name = e.who AND e.first BETWEEN own.first AND own.last
  LEFT JOIN epoch c ON c.scope = 'c' AND c.name = m.cohort AND e.first BETWEEN c.first AND c.last;

CREATE TABLE judged AS
  WITH peers AS (SELECT a.who, a.kind, a.target, a.n, count(DISTINCT s.who) AS peers FROM aged a JOIN member m ON m.cohort = a.cohort AND m.who <> a.who
                   JOIN seen s ON s.who = m.who AND s.start < a.first AND s.stop >= a.first - (SELECT h FROM par) GROUP BY ALL),
       users AS (SELECT a.who, a.kind, a.target, a.n, count(DISTINCT q.who) AS established FROM aged a JOIN member m ON m.cohort = a.cohort AND m.who <> a.who
                   JOIN episode q ON q.who = m.who AND q.kind = a.kind AND q.target = a.target AND q.first < a.first AND q.last >= a.first - (SELECT h FROM par)
                   -- older than L, or begun while the cohort was immature
                   WHERE q.first <= a.first - (SELECT l FROM par) OR q.first - a.cohort_since < (SELECT l FROM par) GROUP BY ALL)
  SELECT a.*, coalesce(peers, 0) AS peers, coalesce(established, 0) AS established
  FROM aged a LEFT JOIN peers USING (who, kind, target, n) LEFT JOIN users USING (who, kind, target, n);

CREATE TABLE alert AS
  SELECT j.*, CASE WHEN age >= par.l THEN j.who ELSE 'subnet:' || cohort END AS subject,
         EXISTS (SELECT 1 FROM oriented o JOIN history k ON k.who = j.who AND k.kind = j.kind AND k.target = j.target AND k.proto = o.proto AND k.remote_port = o.remote_port
                 WHERE o.who = j.who AND o.target = j.target AND NOT o.egress AND NOT o.rejected AND o.start BETWEEN j.first AND j.last + par.grace) AS answered
  FROM judged j, par
  WHERE (age >= par.l OR (cohort IS NOT NULL AND cohort_age >= par.l AND j.peers >= par.peers AND j.established < par.established))
    AND (kind IN ('DNS', 'DoT') OR (kind = 'DoQ' AND EXISTS (SELECT 1 FROM history k WHERE k.who = j.who AND k.kind = j.kind AND k.target = j.target AND k.remote_port = 853))
         OR EXISTS (SELECT 1 FROM endpoint e WHERE e.address = j.target AND e.kind = j.kind AND j.first >= coalesce(e.valid_from, 0) AND j.first < coalesce(e.valid_to, 9000000000000) + par.grace_of_entries));

-- Alerts of one subject and target join while the next starts within H of the last contact so far.
CREATE TABLE finding AS
  WITH reach AS (SELECT *, max(last) OVER (PARTITION BY subject, kind, target ORDER BY first, who ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM alert),
       numbered AS (SELECT *, count(*) FILTER (WHERE until IS NULL OR first - until > (SELECT h FROM par)) OVER (PARTITION BY subject, kind, target ORDER BY first, who ROWS UNBOUNDED PRECEDING) AS f FROM reach)
  SELECT subject, kind, target, min(first) AS first, max(last) AS last, string_agg(DISTINCT who, ',' ORDER BY who) AS members, bool_or(answered) AS answered, bool_and(blocked) AND NOT bool_or(answered) AS blocked
  FROM numbered GROUP BY subject, kind, target, f;
