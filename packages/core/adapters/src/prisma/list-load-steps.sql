-- Taps that the door took, by steps of equal length; steps of which no minute was kept are left out.
-- $1 timestamptz: from, the start of a step  $2 timestamptz: until, the end of one  $3 float8: length of a step, seconds
-- Returns: start (seconds since 1970, of the step), taps, minutes (kept ones in it).
SELECT floor(extract(epoch FROM start) / $3) * $3 AS start,
  sum(coalesce((span -> 'counts' ->> 'tap.ingested')::float8, 0)) AS taps,
  count(*)::float8 AS minutes
FROM kpi_span
WHERE resolution_ms = 60000 AND scope = '' AND start >= $1 AND start < $2
GROUP BY 1
ORDER BY 1
