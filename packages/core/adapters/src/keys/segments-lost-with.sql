-- What would be gone with some keys: segments that no other key opens, and their taps.
-- $1 text[] SubjectKeyIdentifiers of the keys that are gone  $2 text[] those of the keys that can still be used
-- A segment whose files were removed when its time was over is gone anyway, and not counted. One of which no key is known (archived before keys were noted) is not counted either.
SELECT count(*)::int AS segments, COALESCE(sum(segment.taps), 0)::bigint AS taps,
       min(segment.archived_at) AS first_at, max(segment.archived_at) AS last_at
FROM segment
WHERE segment.expired_at IS NULL
  AND EXISTS (SELECT FROM segment_key WHERE segment_id = segment.id AND ski = ANY ($1::text[]))
  AND NOT EXISTS (
    SELECT FROM segment_key WHERE segment_id = segment.id AND ski = ANY ($2::text[]) AND NOT ski = ANY ($1::text[])
  )
