-- Takes a turn whose last one began long enough ago; one that began in the future (a clock was wrong) counts for nothing.
-- $1 text: name of the fact  $2 bigint: every how many ms
-- Changes one row where the turn is the caller's, none where it is not.
INSERT INTO installation_fact AS turn (name, value)
VALUES ($1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint::text)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value
WHERE turn.value::bigint <= EXCLUDED.value::bigint - $2::bigint OR turn.value::bigint > EXCLUDED.value::bigint
