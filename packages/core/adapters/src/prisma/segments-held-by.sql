-- Segments of the index that one hold guards, and their taps: those whose files are not removed.
-- $1 text kind: days, agent, tracker or segment  $2 text the agent's, tracker's or segment's id
-- $3 text lowest id of the first day, or null  $4 text lowest id of the day after the last, or null
SELECT count(*)::int AS segments, COALESCE(sum(taps), 0)::bigint AS taps
FROM segment
WHERE expired_at IS NULL
  AND ($3::text IS NULL OR id >= $3::uuid)
  AND ($4::text IS NULL OR id < $4::uuid)
  AND CASE $1::text
    WHEN 'segment' THEN id::text = $2
    WHEN 'agent' THEN EXISTS (SELECT FROM agent_run WHERE segment_id = segment.id AND agent = $2)
    WHEN 'tracker' THEN EXISTS (SELECT FROM tap_run WHERE segment_id = segment.id AND tracker = $2)
    ELSE true
  END
