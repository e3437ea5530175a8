-- Open alerts in the order in which they are seen to: by state, by severity, the newest first.
-- $1 text[] states, what calls first  $2 text severity, null = any  $3 text part of message, rule or scope in small letters, null = any
-- $4 text group, null = any  $5 jsonb [state, severity, raised, id] of the last alert of the page before, null = from the first on
-- $6 int most rows  $7 text id of the person who sees to it, null = any
-- $8 text[] of which sites; null = of all and of none, and nothing where it is empty
-- Returns: body, and place = the same four of each.
WITH ranked AS (
  SELECT body, id, array_position($1::text[], state) AS state_rank,
         array_position(ARRAY['critical', 'warning', 'info'], severity) AS severity_rank,
         -(body ->> 'raisedAtEpochMs')::bigint AS youth
  FROM alert
  WHERE state <> 'normal' AND state = ANY ($1::text[])
    AND ($2::text IS NULL OR severity = $2)
    AND ($4::text IS NULL OR body ->> 'group' = $4)
    AND ($7::text IS NULL OR body ->> 'assignee' = $7)
    AND ($8::text[] IS NULL OR site = ANY ($8))
    AND ($3::text IS NULL OR strpos(lower(body ->> 'message'), $3) > 0 OR strpos(rule_id, $3) > 0
         OR EXISTS (SELECT FROM jsonb_each_text(body -> 'scope') WHERE strpos(lower(value), $3) > 0))
)
SELECT body, jsonb_build_array(state_rank, severity_rank, youth, id) AS place
FROM ranked
WHERE $5::jsonb IS NULL
  OR (state_rank, severity_rank, youth, id)
     > (($5::jsonb ->> 0)::int, ($5::jsonb ->> 1)::int, ($5::jsonb ->> 2)::bigint, ($5::jsonb ->> 3)::uuid)
ORDER BY state_rank, severity_rank, youth, id
LIMIT $6
