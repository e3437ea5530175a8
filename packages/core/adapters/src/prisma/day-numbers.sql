-- The numbers of one agent that were first known on a day, by epoch, and how far the ledger has judged them.
-- $1 text: agent  $2 date: day
SELECT today.epoch, COALESCE(before.last_seq, 0) + 1 AS first, today.last_seq AS last,
       COALESCE(mark.judged_from, 1) AS judged_from, COALESCE(mark.settled, 0) AS settled
FROM agent_day AS today
LEFT JOIN agent_mark AS mark ON mark.agent = today.agent AND mark.epoch = today.epoch
LEFT JOIN LATERAL (
  SELECT max(last_seq) AS last_seq FROM agent_day
  WHERE agent = today.agent AND epoch = today.epoch AND day < today.day
) AS before ON TRUE
WHERE today.agent = $1 AND today.day = $2::date
ORDER BY today.epoch
