-- Takes the next task that is due and that nobody works on.
-- $1 text[]: archives to work for  $2 bigint: for how long it is the caller's, ms
-- Returns one row or none: kind, target, segment_id, attempts.
UPDATE archive_task
SET leased_until = now() + $2::bigint * interval '1 millisecond', attempts = attempts + 1
WHERE (target, segment_id, kind) IN (
  SELECT target, segment_id, kind FROM archive_task
  WHERE target = ANY ($1::text[]) AND next_at <= now() AND (leased_until IS NULL OR leased_until < now())
  ORDER BY next_at, segment_id
  LIMIT 1
  FOR UPDATE SKIP LOCKED
)
RETURNING kind, target, segment_id, attempts
