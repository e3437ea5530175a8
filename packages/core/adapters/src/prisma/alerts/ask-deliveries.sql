-- Picks what is to be handed to a queue: of each alert, channel and recipient the oldest that is not sent, so that each hears them in
-- their order; of each channel, and push service that it goes by, at most so many at a time, so that what is slow holds up itself alone.
-- What waits is not read: each channel and service is found by a step in an index, and so is the little of each that is due.
-- $1 timestamptz: now  $2 int: how many of a channel and service at a time  $3 timestamptz: until when they count as handed over
-- $4 boolean: whether those that go by push services are asked for, or all others  $5 int: how many at a time of all of these; null = any
-- Returns: ids.
WITH RECURSIVE lane AS (
  (SELECT channel, service FROM alert_delivery WHERE state = 'waiting' ORDER BY channel, service LIMIT 1)
  UNION ALL
  SELECT next.channel, next.service FROM lane CROSS JOIN LATERAL (
    SELECT channel, service FROM alert_delivery
    WHERE state = 'waiting' AND (channel, service) > (lane.channel, lane.service)
    ORDER BY channel, service LIMIT 1
  ) AS next
), busy AS (
  SELECT channel, service, count(*) AS deliveries FROM alert_delivery
  WHERE state = 'waiting' AND asked_until > $1 AND (service <> '') = $4::boolean GROUP BY channel, service
), ready AS (
  SELECT found.*, row_number() OVER (PARTITION BY lane.channel, lane.service ORDER BY found.due_at, found.seq)
    + coalesce(busy.deliveries, 0) AS place
  FROM lane LEFT JOIN busy ON busy.channel = lane.channel AND busy.service = lane.service
  CROSS JOIN LATERAL (
    SELECT id, seq, due_at, attempts FROM alert_delivery AS one
    WHERE state = 'waiting' AND channel = lane.channel AND service = lane.service AND due_at <= $1
      AND (asked_until IS NULL OR asked_until <= $1)
      AND seq = (
        SELECT min(seq) FROM alert_delivery AS same
        -- By the alert: an index that begins with the channel, which seems as good while there are no statistics, has all that waits.
        WHERE same.state = 'waiting' AND same.alert_id = one.alert_id AND same.recipient = one.recipient
          AND same.channel || '' = one.channel
      )
    ORDER BY due_at, seq LIMIT $2::int
  ) AS found
  WHERE (lane.service <> '') = $4::boolean
), picked AS (
  -- First attempts go before those that failed before, and each service has its turn.
  SELECT id FROM ready WHERE place <= $2::int ORDER BY attempts > 0, place, due_at, seq
  LIMIT CASE WHEN $5::int IS NULL THEN NULL ELSE greatest($5::int - (SELECT coalesce(sum(deliveries), 0) FROM busy), 0) END
)
-- As an array: how many there are is not known ahead, and a join with many would read the whole table.
UPDATE alert_delivery SET asked_until = $3 WHERE id = ANY (ARRAY(SELECT id FROM picked))
RETURNING id
