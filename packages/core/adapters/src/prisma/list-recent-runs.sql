-- Which taps of which agents were archived last: runs of segments, newest first.
-- $1 text[] agents, null = all  $2 timestamptz, $3 uuid, $4 text, $5 bigint, $6 bigint: the run behind which to go on
--   (archived at, segment, agent, epoch, first number)  $7 how many segments are looked at  $8 how many runs
-- Returns: runs, `taps` how many it has; and last, with a null agent, the oldest segment that was looked at, where there may be more.
WITH looked AS MATERIALIZED (
  SELECT id, archived_at FROM segment
  WHERE archived_at <= $2::timestamptz
  ORDER BY archived_at DESC, id DESC
  LIMIT $7::int
), found AS (
  SELECT looked.archived_at, looked.id, run.agent, run.epoch, run.first_seq, run.last_seq, bit_count(run.members)::int AS taps
  FROM looked JOIN agent_run AS run ON run.segment_id = looked.id
  WHERE ($1::text[] IS NULL OR run.agent = ANY ($1::text[]))
    AND (looked.archived_at, looked.id, run.agent, run.epoch, run.first_seq) < ($2::timestamptz, $3::uuid, $4::text, $5::bigint, $6::bigint)
  ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC, 5 DESC
  LIMIT $8::int
)
SELECT archived_at AS "archivedAt", id::text AS segment, agent, epoch, first_seq AS "firstSeq", last_seq AS "lastSeq", taps FROM found
UNION ALL
SELECT * FROM (
  SELECT archived_at, id::text, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, (SELECT count(*)::int FROM looked)
  FROM looked ORDER BY archived_at, id LIMIT 1
) AS oldest
