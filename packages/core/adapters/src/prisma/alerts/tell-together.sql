-- Ends what waits to be told by a channel of browsers, since it is told as one.
-- $1 text: channel  $2 timestamptz: now
-- Returns: how many of each kind and severity.
WITH ended AS (
  UPDATE alert_delivery SET state = 'sent', fault = 'told together with others', asked_until = NULL, ended_at = $2
  WHERE state = 'waiting' AND channel = $1 AND service = '' AND due_at <= $2 AND kind <> 'test'
  RETURNING kind, notice ->> 'severity' AS severity
)
SELECT kind, severity, count(*)::int AS count FROM ended GROUP BY kind, severity
