-- Compares the next page of the index with what one archive holds, adds a task for each segment that it lacks, and moves the
-- archive's cursor on. Where another process does so at the moment, nothing happens.
-- $1 text: the archive's name  $2 bigint: segments at most  $3 bigint: how long ago a segment must have been recorded, ms, so
-- that no transaction under way can add one before the cursor
-- Returns one row: scanned, lacking (int).
WITH place AS (
  SELECT scanned_at, scanned_id FROM archive_target WHERE name = $1 FOR UPDATE SKIP LOCKED
), page AS (
  SELECT segment.id, segment.archived_at, segment.expired_at
  FROM segment, place
  WHERE (segment.archived_at, segment.id) > (place.scanned_at, place.scanned_id)
    AND segment.archived_at < now() - $3::bigint * interval '1 millisecond'
  ORDER BY segment.archived_at, segment.id
  LIMIT $2::bigint
), lacking AS (
  INSERT INTO archive_task (kind, target, segment_id)
  SELECT 'copy', $1, page.id
  FROM page
  WHERE page.expired_at IS NULL
    AND NOT EXISTS (SELECT FROM segment_copy WHERE segment_id = page.id AND target = $1)
  ON CONFLICT DO NOTHING
  RETURNING 1
), moved AS (
  UPDATE archive_target SET scanned_at = latest.archived_at, scanned_id = latest.id
  FROM (SELECT archived_at, id FROM page ORDER BY archived_at DESC, id DESC LIMIT 1) AS latest
  WHERE name = $1
)
SELECT (SELECT count(*)::int FROM page) AS scanned, (SELECT count(*)::int FROM lacking) AS lacking
