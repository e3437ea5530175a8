-- The ends of an agent's numbers within ranges. $1 text[] agents  $2 bigint[] epochs  $3 bigint[] first  $4 bigint[] last
-- $5 int: the longest that a run can be. Returns runs that reach into the range asked at `position`; members null = all.
SELECT asked.position::int AS position, ended.kind, ended.first_seq, ended.last_seq, ended.members
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
  WITH ORDINALITY AS asked (agent, epoch, first, last, position)
CROSS JOIN LATERAL (
  SELECT 'archived' AS kind, first_seq, last_seq, members
  FROM agent_run
  WHERE agent = asked.agent AND epoch = asked.epoch
    AND first_seq > asked.first - $5 AND first_seq <= asked.last AND last_seq >= asked.first
  UNION ALL
  SELECT 'duplicate', first_seq, last_seq, members
  FROM duplicate_run
  WHERE agent = asked.agent AND epoch = asked.epoch
    AND first_seq > asked.first - $5 AND first_seq <= asked.last AND last_seq >= asked.first
    AND EXISTS (SELECT FROM segment WHERE id = held_by)
  UNION ALL
  SELECT 'rejected', seq, seq, NULL
  FROM quarantined_tap
  WHERE agent = asked.agent AND epoch = asked.epoch AND seq BETWEEN asked.first AND asked.last
) AS ended
