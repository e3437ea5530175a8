-- Notes that one more key opens a segment by a rewrap, and leaves a task for each archive that holds the segment and may lack
-- the rewrap's files. A task that somebody works on gets another number of attempts, so that its end does not remove it.
-- $1 text the segment's id  $2 text SubjectKeyIdentifier of the key, hexadecimal  $3 text[] archives where the rewrap lies
WITH noted AS (
  INSERT INTO segment_key (segment_id, ski)
  SELECT segment.id, $2::text FROM segment WHERE segment.id = $1::uuid
  ON CONFLICT DO NOTHING
)
INSERT INTO archive_task (kind, target, segment_id)
SELECT 'rewrap', target, segment_id FROM segment_copy WHERE segment_id = $1::uuid AND NOT target = ANY ($3::text[])
ON CONFLICT (target, segment_id, kind)
DO UPDATE SET attempts = archive_task.attempts + 1, next_at = now(), leased_until = NULL
