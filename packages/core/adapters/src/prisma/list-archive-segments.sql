-- A page of the index as people look at it, the newest first: where each segment lies, what it lacks, and whose taps it holds.
-- $1 uuid: those before this one; null = from the newest on  $2 int: most rows  $3 int: so many segments are looked at, most
-- $4 text: 'all', 'whole' (held by all that should hold it), 'lacking', 'expired'  $5 text: site of an agent, null = any
-- $6 text: an archive that holds it, null = any  $7 text: part of the object's path, null = any
-- $8 text[]: archives that should hold every segment  $9 text: site of agents that the registry does not have
-- Returns one row: looked, how many were looked at; oldest, the last of them or null; rows, those of them that fit, as an array.
WITH looked AS MATERIALIZED (
  SELECT id FROM segment WHERE $1::uuid IS NULL OR id < $1::uuid ORDER BY id DESC LIMIT $3
), fitting AS (
  SELECT segment.*
  FROM looked JOIN segment USING (id)
  WHERE ($7::text IS NULL OR strpos(object_path, $7) > 0)
    AND ($6::text IS NULL OR EXISTS (SELECT FROM segment_copy WHERE segment_id = id AND target = $6))
    AND ($5::text IS NULL OR EXISTS (
      SELECT FROM agent_run LEFT JOIN agent ON agent.id = agent_run.agent
      WHERE segment_id = segment.id AND coalesce(site, $9) = $5))
    AND CASE $4::text
      WHEN 'all' THEN TRUE
      WHEN 'expired' THEN expired_at IS NOT NULL
      ELSE expired_at IS NULL AND ($4 = 'lacking') = EXISTS (
        SELECT FROM unnest($8::text[]) AS wanted
        WHERE NOT EXISTS (SELECT FROM segment_copy WHERE segment_id = segment.id AND target = wanted))
    END
  ORDER BY id DESC
  LIMIT $2
)
SELECT (SELECT count(*)::int FROM looked) AS looked,
       (SELECT id::text FROM looked ORDER BY id LIMIT 1) AS oldest,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', id, 'objectPath', object_path, 'objectBytes', object_bytes, 'taps', taps,
          'archivedAtEpochMs', floor(extract(epoch FROM archived_at) * 1000),
          'expiredAtEpochMs', floor(extract(epoch FROM expired_at) * 1000),
          'targets', (SELECT coalesce(jsonb_agg(target ORDER BY target), '[]') FROM segment_copy WHERE segment_id = id),
          'sites', (SELECT coalesce(jsonb_agg(DISTINCT coalesce(site, $9)), '[]')
                    FROM agent_run LEFT JOIN agent ON agent.id = agent_run.agent WHERE segment_id = fitting.id)
        ) ORDER BY id DESC), '[]') FROM fitting) AS rows
