-- For each (tracker, epoch, seq) asked: the highest number that the archive holds of that tracker's epoch, and,
-- where it holds this very tap, the segment and the first 8 bytes of the tap's SHA-256.
-- $1 text[] trackers  $2 bigint[] epochs  $3 bigint[] sequence numbers
-- Runs of one (tracker, epoch) never overlap, so only the last run that begins at or before seq can hold it.
SELECT asked.position::int AS position,
       COALESCE(top.last_seq, 0) AS highest,
       run.segment_id::text AS segment,
       encode(substring(run.digests FROM ((asked.seq - run.first_seq) * 8 + 1)::int FOR 8), 'hex') AS digest
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (tracker, epoch, seq, position)
LEFT JOIN LATERAL (
  SELECT last_seq
  FROM tap_run
  WHERE tracker = asked.tracker AND tracker_epoch = asked.epoch
  ORDER BY first_seq DESC
  LIMIT 1
) AS top ON TRUE
LEFT JOIN LATERAL (
  SELECT segment_id, first_seq, digests
  FROM (
    SELECT segment_id, first_seq, last_seq, digests
    FROM tap_run
    WHERE tracker = asked.tracker AND tracker_epoch = asked.epoch AND first_seq <= asked.seq
    ORDER BY first_seq DESC
    LIMIT 1
  ) AS candidate
  WHERE candidate.last_seq >= asked.seq
) AS run ON TRUE
ORDER BY asked.position
