-- Takes the next asked task that nobody works on.
-- $1 text[]: kinds that the caller can do  $2 text: who takes it  $3 bigint: for how long it is the caller's, ms
-- Returns one row or none: id, kind, subject, wish, actor_kind, asked_by, reason.
UPDATE asked_task
SET state = 'under-way', taken_by = $2, attempts = attempts + 1, leased_until = now() + $3::bigint * interval '1 millisecond'
WHERE id = (
  SELECT id FROM asked_task
  WHERE ended_at IS NULL AND kind = ANY ($1::text[]) AND (state = 'asked' OR leased_until < now())
  ORDER BY asked_at, id
  LIMIT 1
  FOR UPDATE SKIP LOCKED
)
RETURNING id::text, kind, subject, wish, actor_kind, asked_by, reason
