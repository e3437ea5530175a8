-- Picks what is to be handed to the queue: of each alert, channel and recipient the oldest that is not sent, so that each hears them in
-- their order; of each channel, and push service that it goes by, at most so many at a time, so that what is slow holds up itself alone.
-- $1 timestamptz: now  $2 int: how many at a time  $3 timestamptz: until when they count as handed over
-- Returns: ids.
WITH busy AS (
  SELECT channel, service, count(*) AS deliveries FROM alert_delivery
  WHERE state = 'waiting' AND asked_until > $1 GROUP BY channel, service
), oldest AS (
  SELECT DISTINCT ON (alert_id, channel, recipient) id, channel, service, seq, due_at, asked_until
  FROM alert_delivery WHERE state = 'waiting' ORDER BY alert_id, channel, recipient, seq
), ready AS (
  SELECT id, channel, service, row_number() OVER (PARTITION BY channel, service ORDER BY due_at, seq) AS place
  FROM oldest WHERE due_at <= $1 AND (asked_until IS NULL OR asked_until <= $1)
)
UPDATE alert_delivery AS asked SET asked_until = $3
FROM ready LEFT JOIN busy ON busy.channel = ready.channel AND busy.service = ready.service
WHERE asked.id = ready.id AND ready.place + coalesce(busy.deliveries, 0) <= $2
RETURNING asked.id
