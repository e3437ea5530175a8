-- Which keys open how much of the archive, without what was removed when its time was over. One row per key that opens anything, and one with ski NULL for segments of
-- which no key is known yet.
SELECT segment_key.ski, count(*)::int AS segments, sum(segment.taps)::bigint AS taps,
       min(segment.archived_at) AS first_at, max(segment.archived_at) AS last_at
FROM segment LEFT JOIN segment_key ON segment_key.segment_id = segment.id
WHERE segment.expired_at IS NULL
GROUP BY segment_key.ski
ORDER BY min(segment.archived_at)
