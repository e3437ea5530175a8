-- Takes over what ended since the last sweep of the gap ledger: the highest number of each agent's epoch, in its mark
-- and in its day. The day is the UTC day in which the segment was cut (its id says so), or, where that day has its
-- statement already, today. A new mark judges from 1; where the ends of before are not all known, from later on.
-- $1 timestamptz: since  $2 date: today  $3 text: 'whole', 'first-look' (at a history that is not whole), 'rebuilt'
-- Returns each epoch with the span of its new ends.
WITH ended AS (
  SELECT run.agent, run.epoch, run.first_seq, run.last_seq, segment.id AS segment
  FROM segment JOIN agent_run AS run ON run.segment_id = segment.id
  WHERE segment.archived_at >= $1
  UNION ALL
  SELECT agent, epoch, first_seq, last_seq, segment_id FROM duplicate_run WHERE ended_at >= $1
  UNION ALL
  -- A duplicate ends when the segment that holds the first copy does.
  SELECT run.agent, run.epoch, run.first_seq, run.last_seq, run.segment_id
  FROM segment JOIN duplicate_run AS run ON run.held_by = segment.id
  WHERE segment.archived_at >= $1 AND run.ended_at < $1
), rejected AS (
  SELECT agent, epoch, seq, (quarantined_at AT TIME ZONE 'UTC')::date AS day
  FROM quarantined_tap WHERE quarantined_at >= $1
), dated AS (
  SELECT agent, epoch, first_seq, last_seq,
         (to_timestamp(('x' || substr(replace(segment::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
           AT TIME ZONE 'UTC')::date AS day
  FROM ended
  UNION ALL
  SELECT agent, epoch, seq, seq, day FROM rejected
), by_day AS (
  SELECT agent, epoch, day, min(first_seq) AS first_seq, max(last_seq) AS last_seq
  FROM dated GROUP BY agent, epoch, day
), open_day AS (
  SELECT agent, epoch, last_seq,
         CASE WHEN EXISTS (
           SELECT FROM gap_statement AS told WHERE told.agent = by_day.agent AND told.day >= by_day.day
         ) THEN $2::date ELSE day END AS day
  FROM by_day
), days AS (
  INSERT INTO agent_day AS kept (agent, epoch, day, last_seq)
  SELECT agent, epoch, day, max(last_seq) FROM open_day GROUP BY agent, epoch, day ORDER BY agent, epoch, day
  ON CONFLICT (agent, epoch, day) DO UPDATE SET last_seq = EXCLUDED.last_seq
  WHERE kept.last_seq < EXCLUDED.last_seq
), spans AS (
  SELECT agent, epoch, min(first_seq) AS first_seq, max(last_seq) AS last_seq FROM by_day GROUP BY agent, epoch
), begun AS (
  SELECT agent, epoch, first_seq, last_seq,
         CASE $3 WHEN 'whole' THEN 1 WHEN 'rebuilt' THEN first_seq ELSE last_seq + 1 END AS judged_from
  FROM spans
), marks AS (
  INSERT INTO agent_mark AS kept (agent, epoch, judged_from, settled, highest)
  SELECT agent, epoch, judged_from, judged_from - 1, last_seq FROM begun
  ON CONFLICT (agent, epoch) DO UPDATE SET highest = EXCLUDED.highest
  WHERE kept.highest < EXCLUDED.highest
)
SELECT agent, epoch, first_seq AS first, last_seq AS last FROM spans
