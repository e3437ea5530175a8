-- Keeps what agents told of themselves: the latest of each agent, by the server's clock. An agent not met before gets
-- its row, and what it names counts for that UTC day, or for today where that day has its statement. $1 text: JSON [{ agent, seen_at_ms, epoch, next_seq, report }], at most one of each agent.
-- In the order of their names, so that two doors never wait for each other in a circle.
WITH told AS (
  SELECT agent, to_timestamp(seen_at_ms / 1000.0) AS seen_at, epoch, next_seq, report
  FROM jsonb_to_recordset($1::jsonb) AS told (agent text, seen_at_ms bigint, epoch bigint, next_seq bigint, report jsonb)
  ORDER BY agent
), met AS (
  INSERT INTO agent (id) SELECT agent FROM told ON CONFLICT DO NOTHING
), dated AS (
  INSERT INTO agent_day AS known (agent, epoch, day, last_seq)
  SELECT agent, epoch,
         CASE WHEN EXISTS (
           SELECT FROM gap_statement AS stated
           WHERE stated.agent = told.agent AND stated.day >= (seen_at AT TIME ZONE 'UTC')::date
         ) THEN (now() AT TIME ZONE 'UTC')::date ELSE (seen_at AT TIME ZONE 'UTC')::date END,
         next_seq - 1
  FROM told WHERE next_seq > 0
  ON CONFLICT (agent, epoch, day) DO UPDATE SET last_seq = EXCLUDED.last_seq
  WHERE known.last_seq < EXCLUDED.last_seq
)
INSERT INTO agent_report AS kept (agent, seen_at, epoch, next_seq, report)
SELECT agent, seen_at, epoch, next_seq, report FROM told
ON CONFLICT (agent) DO UPDATE
SET seen_at = EXCLUDED.seen_at, epoch = EXCLUDED.epoch, next_seq = EXCLUDED.next_seq, report = EXCLUDED.report
WHERE kept.seen_at <= EXCLUDED.seen_at
