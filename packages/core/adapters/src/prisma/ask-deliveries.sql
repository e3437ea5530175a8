-- Picks what is to be handed to the queue: of each alert and channel the oldest that is not sent, so that a channel hears them in
-- their order; of each channel at most so many at a time, so that one that is slow holds up itself alone.
-- $1 timestamptz: now  $2 int: how many of a channel at a time  $3 timestamptz: until when they count as handed over
-- Returns: ids.
WITH busy AS (
  SELECT channel, count(*) AS deliveries FROM alert_delivery WHERE state = 'waiting' AND asked_until > $1 GROUP BY channel
), oldest AS (
  SELECT DISTINCT ON (alert_id, channel) id, channel, seq, due_at, asked_until
  FROM alert_delivery WHERE state = 'waiting' ORDER BY alert_id, channel, seq
), ready AS (
  SELECT id, channel, row_number() OVER (PARTITION BY channel ORDER BY due_at, seq) AS place
  FROM oldest WHERE due_at <= $1 AND (asked_until IS NULL OR asked_until <= $1)
)
UPDATE alert_delivery AS asked SET asked_until = $3
FROM ready LEFT JOIN busy ON busy.channel = ready.channel
WHERE asked.id = ready.id AND ready.place + coalesce(busy.deliveries, 0) <= $2
RETURNING asked.id
