-- Writes entries $1 up to $2, not included, of a log: segments that were archived, and now and then something that a person did.
-- Canonical JSON (RFC 8785), as the worker writes it. Ids and times grow with the entries.
WITH made AS (
  SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
         timestamptz '2024-06-10' + n * interval '1 second' AS at,
         CASE WHEN n % 1000 = 7 THEN 'operator' ELSE 'job' END AS kind,
         CASE WHEN n % 1000 = 7 THEN 'person-' || n / 1000 % 40 ELSE 'transfer' END AS actor,
         CASE WHEN n % 1000 = 7 THEN 'key.changed' ELSE 'segment.archived' END AS action,
         CASE WHEN n % 1000 = 7 THEN 'key/' || n ELSE 'segment/01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') END AS subject
  FROM generate_series($1::bigint, $2::bigint - 1) AS n
), written AS (
  SELECT n, id, at, kind, actor, action, subject, convert_to(format(
    '{"action":"%s","actor":{"id":"%s","kind":"%s"},"atEpochMs":%s,"facts":{"archived":1000,"archives":"main","duplicates":0,"manifestSha256":"%s%s","rejected":0,"taps":1000},"id":"%s","reason":null,"subject":"%s","version":1}',
    action, actor, kind, (extract(epoch FROM at) * 1000)::bigint, md5(n::text), md5((-n)::text), id, subject), 'UTF8') AS bytes
  FROM made
), entries AS (
  INSERT INTO audit_entry (id, recorded_at, actor_kind, actor_id, action, subject, bytes, leaf_hash)
  SELECT id, at, kind, actor, action, subject, bytes, sha256('\x00'::bytea || bytes) FROM written
)
INSERT INTO audit_leaf (index, entry_id, leaf_hash)
SELECT n, id, sha256('\x00'::bytea || bytes) FROM written
