-- Trackers of which something was archived since the last sweep, with the span of it; in pages.
-- $1 timestamptz: since  $2 text, $3 bigint: the last tracker and epoch of the page before  $4 int: rows
SELECT run.tracker, run.tracker_epoch AS epoch, min(run.first_seq) AS first, max(run.last_seq) AS last
FROM segment JOIN tap_run AS run ON run.segment_id = segment.id
WHERE segment.archived_at >= $1 AND (run.tracker, run.tracker_epoch) > ($2, $3::bigint)
GROUP BY run.tracker, run.tracker_epoch
ORDER BY run.tracker, run.tracker_epoch
LIMIT $4
