-- What one KPI is told from, minute by minute, for all scopes of one kind; of each minute all of them, before the next one.
-- $1 text: kind of scope  $2 timestamptz: start of the last row of the page before  $3 text: its scope  $4 timestamptz: rows start before it
-- $5 text: timing, or ''  $6 text: level  $7 int: rows at most
-- Returns: scope, start, counts, times (JSON as text), level.
SELECT scope, start, span -> 'counts' AS counts, (span -> 'times' -> $5)::text AS times, (span -> 'levels' ->> $6)::float8 AS level
FROM (
  -- What is taken out of spans is taken out of this page's alone.
  SELECT scope, start, span FROM kpi_span
  WHERE resolution_ms = 60000 AND kind = $1 AND (start, scope) > ($2, $3) AND start < $4
  ORDER BY start, scope
  LIMIT $7
) AS page
ORDER BY start, scope
