-- The entries at places $1 up to $2 (bigint, not included), for a walk over the log.
-- Returns: rows in order of place: the entry's bytes, empty where it is missing, and its leaf hash. As base64: Prisma takes twice
--   as long over a bytea.
-- Leaves materialized and entries looked up one by one: else PostgreSQL starts a worker process for each part, or reads the whole
--   table of entries, and both take longer than the part.
WITH part AS MATERIALIZED (
  SELECT index, entry_id, leaf_hash FROM audit_leaf WHERE index >= $1::bigint AND index < $2::bigint
)
SELECT encode(coalesce(bytes, ''), 'base64') AS "entry", encode(part.leaf_hash, 'base64') AS "leafHash"
FROM part LEFT JOIN LATERAL (SELECT bytes FROM audit_entry WHERE id = part.entry_id OFFSET 0) AS entry ON true
ORDER BY index
