-- The last delivery by each channel that came to an end, good or bad.
-- $1 text[]: channels
-- Returns: ids.
SELECT last.id
FROM unnest($1::text[]) AS wanted (name)
CROSS JOIN LATERAL (
  SELECT id FROM alert_delivery
  WHERE channel = wanted.name AND state IN ('sent', 'failed')
  ORDER BY seq DESC LIMIT 1
) AS last
