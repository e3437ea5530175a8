-- How much is archived, without what was removed when its time was over.
SELECT count(*)::int AS segments, COALESCE(sum(taps), 0)::bigint AS taps,
       min(archived_at) AS first_at, max(archived_at) AS last_at
FROM segment
WHERE expired_at IS NULL
