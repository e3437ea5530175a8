-- Steps of alerts that may have called somebody, the newest first, as the audit log has them.
-- $1 text[] actions  $2 timestamptz recorded since  $3 int most rows
WITH step AS (
  SELECT action, id, convert_from(bytes, 'UTF8')::jsonb AS entry
  FROM audit_entry
  WHERE action = ANY ($1::text[]) AND recorded_at >= $2::timestamptz
  ORDER BY recorded_at DESC, id DESC
  LIMIT $3
)
SELECT substr(action, 7) AS kind, entry #>> '{facts,rule}' AS rule_id, entry #>> '{facts,scope}' AS scope_key,
       entry #>> '{facts,severity}' AS severity, entry #>> '{after,state}' AS to_state,
       (entry ->> 'atEpochMs')::float8 AS at_epoch_ms
FROM step
