-- Numbers of trackers that the archive lacks, near spans in which something came: between the run before the span and
-- the run behind it. $1 text[] trackers  $2 bigint[] epochs  $3 bigint[] first  $4 bigint[] last
-- Returns for each position the span looked at, with one row for each hole in it (null, null where there is none).
SELECT asked.position::int AS position, looked.first AS looked_first, looked.last AS looked_last, hole.first, hole.last
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
  WITH ORDINALITY AS asked (tracker, epoch, first, last, position)
CROSS JOIN LATERAL (
  SELECT COALESCE((
           SELECT first_seq FROM tap_run
           WHERE tracker = asked.tracker AND tracker_epoch = asked.epoch AND first_seq < asked.first
           ORDER BY first_seq DESC LIMIT 1
         ), asked.first) AS first,
         COALESCE((
           SELECT first_seq FROM tap_run
           WHERE tracker = asked.tracker AND tracker_epoch = asked.epoch AND first_seq > asked.last
           ORDER BY first_seq LIMIT 1
         ), asked.last) AS last
) AS looked
LEFT JOIN LATERAL (
  SELECT before + 1 AS first, first_seq - 1 AS last
  FROM (
    SELECT first_seq, lag(last_seq) OVER (ORDER BY first_seq) AS before
    FROM tap_run
    WHERE tracker = asked.tracker AND tracker_epoch = asked.epoch
      AND first_seq BETWEEN looked.first AND looked.last
  ) AS run
  WHERE first_seq > before + 1
) AS hole ON TRUE
