-- Which of the asked taps lie in the archive, by the name that their agent gave them.
-- $1 text[] agents  $2 bigint[] epochs  $3 bigint[] sequence numbers
SELECT asked.position::int AS position, run.segment_id::text AS segment
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (agent, epoch, seq, position)
JOIN LATERAL (
  SELECT segment_id
  FROM agent_run
  WHERE agent = asked.agent AND epoch = asked.epoch
    AND first_seq <= asked.seq AND last_seq >= asked.seq
    AND (get_byte(members, ((asked.seq - first_seq) / 8)::int) >> ((asked.seq - first_seq) % 8)::int) & 1 = 1
  LIMIT 1
) AS run ON TRUE
ORDER BY asked.position
