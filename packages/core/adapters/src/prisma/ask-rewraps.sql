-- Leaves a task to copy a segment's rewraps to an archive. One that somebody works on gets another number of attempts, so that
-- its end does not remove it.
-- $1 text the segment's id  $2 text the archive's name
INSERT INTO archive_task (kind, target, segment_id) VALUES ('rewrap', $2::text, $1::uuid)
ON CONFLICT (target, segment_id, kind)
DO UPDATE SET attempts = archive_task.attempts + 1, next_at = now(), leased_until = NULL
