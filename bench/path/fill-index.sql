-- Fills the index with a history: $1 segments of 1,000 taps each, of 50,000 trackers that have come two taps at a time.
-- Run i is the (i / 25,000)-th of its tracker; a segment holds 500 runs. The archive holds them, as far as the index knows, and was
-- compared with it so far: else that would be done during the measurement.
WITH made AS (
  INSERT INTO segment (id, object_path, object_bytes, object_digest, manifest_digest, taps, first_read_at, last_read_at, archived_at)
  SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(s), 12, '0'))::uuid, 'history/' || s, 1, '\x00', '\x00', 1000, '2024-06-10', '2024-06-10', '2024-06-10'
  FROM generate_series(0, $1::int - 1) AS s
), compared AS (
  INSERT INTO archive_target (name, scanned_at) VALUES ('main', '2024-06-11')
  ON CONFLICT (name) DO UPDATE SET scanned_at = excluded.scanned_at
), held AS (
  INSERT INTO segment_copy (segment_id, target)
  SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(s), 12, '0'))::uuid, 'main' FROM generate_series(0, $1::int - 1) AS s
)
INSERT INTO tap_run (segment_id, tracker, tracker_epoch, first_seq, last_seq, count, digests)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(i / 500), 12, '0'))::uuid,
       lpad(to_hex((i % 50000) * 7919), 16, '0'), 1, 2 * (i / 50000) + 1, 2 * (i / 50000) + 2, 2,
       decode(md5(i::text), 'hex')
FROM generate_series(0, $1::int * 500 - 1) AS i
