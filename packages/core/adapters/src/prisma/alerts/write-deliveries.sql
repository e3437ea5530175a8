-- Writes deliveries in the order in which they are given, which is that in which a channel hears of an alert. What is there already stays.
-- $1 text: JSON [{ id, alertId, kind, channel, notice, state, raisedAt, dueAt }]
INSERT INTO alert_delivery (id, alert_id, kind, channel, notice, state, raised_at, due_at)
SELECT row ->> 'id', (row ->> 'alertId')::uuid, row ->> 'kind', row ->> 'channel', row -> 'notice', row ->> 'state',
       (row ->> 'raisedAt')::timestamptz, (row ->> 'dueAt')::timestamptz
FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (row, place)
ORDER BY place
ON CONFLICT DO NOTHING
