-- How far each agent's numbers are settled: up to where the agent holds none any more, by its own last report.
-- A mark is set at the highest number known (check_seq) and the time (check_at): all of them were read before. Once a
-- report says that the oldest tap in the outbox was read a grace later than that, they have left the agent, and what
-- was on its way has ended. An agent that was idle in its last report, a grace ago, holds none of what it named.
-- A report of an earlier epoch says nothing of a later one; one of a later epoch says that the outbox has no earlier.
-- $1 double precision: grace, ms  $2 timestamptz: now, by the server's clock
-- Returns the epochs that are settled farther than before.
WITH heard AS (
  SELECT mark.agent, mark.epoch, mark.settled, mark.check_seq, mark.check_at, report.seen_at,
         CASE WHEN report.epoch = mark.epoch THEN GREATEST(mark.highest, report.next_seq - 1)
              ELSE mark.highest END AS highest,
         CASE WHEN report.epoch = mark.epoch THEN report.next_seq - 1 ELSE mark.highest END AS named,
         (report.report -> 'outbox' ->> 'taps')::bigint = 0 AS idle,
         report.seen_at - CASE WHEN (report.report -> 'outbox' ->> 'taps')::bigint = 0 THEN 0
           -- At most back to 1970: what an agent says of ages must not take a time out of PostgreSQL's range.
           ELSE LEAST((report.report -> 'outbox' ->> 'oldestAgeMs')::double precision,
                      extract(epoch FROM report.seen_at)::double precision * 1000)
         END * interval '1 ms' AS pending_since,
         $1::double precision * interval '1 ms' AS grace
  FROM agent_mark AS mark
  JOIN agent_report AS report ON report.agent = mark.agent AND report.epoch >= mark.epoch
), judged AS (
  SELECT agent, epoch, settled AS before, highest, check_seq, check_at, seen_at,
         COALESCE(pending_since > check_at + grace, false) AS passed,
         GREATEST(
           settled,
           CASE WHEN pending_since > check_at + grace THEN check_seq END,
           CASE WHEN idle AND $2 > seen_at + grace THEN named END
         ) AS settled
  FROM heard WHERE settled < highest
), moved AS (
  UPDATE agent_mark AS mark
  SET highest = judged.highest,
      settled = judged.settled,
      check_seq = CASE WHEN judged.passed OR judged.check_at IS NULL THEN judged.highest ELSE judged.check_seq END,
      check_at = CASE WHEN judged.passed OR judged.check_at IS NULL THEN GREATEST(judged.seen_at, $2)
                      ELSE judged.check_at END
  FROM judged
  WHERE mark.agent = judged.agent AND mark.epoch = judged.epoch
  RETURNING mark.agent, mark.epoch, judged.before, mark.settled
)
SELECT agent, epoch, before + 1 AS first, settled AS last FROM moved WHERE settled > before
