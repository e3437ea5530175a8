-- Ends asked tasks that nobody took in time, also not again after their worker had ended, and those that several workers died of.
-- $1 bigint: for how long a task waits for a worker, ms  $2 int: attempts at most
-- $3 text, $4 text: what is said of the ones and of the others
UPDATE asked_task
SET state = 'failed', ended_at = now(), leased_until = NULL,
    outcome = jsonb_build_object('says', CASE WHEN attempts < $2 THEN $3::text ELSE $4::text END, 'facts', '{}'::jsonb, 'list', '[]'::jsonb)
WHERE ended_at IS NULL
  AND ((state = 'asked' AND asked_at <= now() - $1::bigint * interval '1 millisecond')
    OR (state = 'under-way' AND leased_until < now() AND attempts >= $2)
    OR (state = 'under-way' AND leased_until <= now() - $1::bigint * interval '1 millisecond'))
