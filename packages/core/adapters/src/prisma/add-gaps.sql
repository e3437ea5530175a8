-- Adds gaps to the ledger. $1 text: JSON [{ scope, subject, epoch, first, last, opened_at_ms, closed_at_ms or null }]
INSERT INTO sequence_gap (scope, subject, epoch, first, last, opened_at, closed_at)
SELECT scope, subject, epoch, first, last, to_timestamp(opened_at_ms / 1000.0), to_timestamp(closed_at_ms / 1000.0)
FROM jsonb_to_recordset($1::jsonb) AS gap (
  scope text, subject text, epoch bigint, first bigint, last bigint, opened_at_ms bigint, closed_at_ms bigint
)
