-- What one KPI is told from, minute by minute, for all scopes of one kind; of each minute all of them, before the next one.
-- $1 text: kind of scope  $2 timestamptz: start of the last row of the page before  $3 text: its scope  $4 timestamptz: rows start before it
-- $5 text[]: counters  $6 text: timing, or ''  $7 text: level  $8 int: rows at most
-- Returns: scope, start, counts, times, level.
SELECT scope, start,
  (SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM jsonb_each(span -> 'counts') AS counted (name, value) WHERE name = ANY ($5)) AS counts,
  span -> 'times' -> $6 AS times,
  (span -> 'levels' ->> $7)::float8 AS level
FROM kpi_span
WHERE resolution_ms = 60000 AND kind = $1 AND (start, scope) > ($2, $3) AND start < $4
ORDER BY start, scope
LIMIT $8
