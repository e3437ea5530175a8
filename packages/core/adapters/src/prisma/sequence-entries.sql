-- Gives entries that wait their places in the log, in the order in which they were recorded.
-- $1 bigint: size of the log so far  $2 int: how many at most
-- Returns: one row; the leaf hashes of the new leaves in order, one behind the other, or null where nothing waited.
WITH taken AS (
  DELETE FROM audit_pending
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM audit_pending LIMIT $2::int))
  RETURNING entry_id
), placed AS (
  INSERT INTO audit_leaf (index, entry_id, leaf_hash)
  SELECT $1::bigint - 1 + row_number() OVER (ORDER BY recorded_at, id), id, leaf_hash
  FROM audit_entry JOIN taken ON id = entry_id
  RETURNING index, leaf_hash
)
SELECT string_agg(leaf_hash, '' ORDER BY index) AS hashes FROM placed
