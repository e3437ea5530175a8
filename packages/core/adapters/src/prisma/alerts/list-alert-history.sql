-- Alerts that are closed, the one opened last first.
-- $1 text severity, null = any  $2 text part of message, rule or scope in small letters, null = any  $3 text group, null = any
-- $4 text assignee, null = any  $5 text rule, null = any  $6 text scope key, null = any
-- $7 uuid opened from  $8 uuid opened before, both version 7, null = any time  $9 uuid of the last alert of the page before, null = from the first on
-- $10 int most rows  $11 text[] of which sites; null = of all and of none, and nothing where it is empty
-- Returns: body.
SELECT body FROM alert
WHERE state = 'normal'
  AND ($1::text IS NULL OR severity = $1)
  AND ($2::text IS NULL OR strpos(lower(body ->> 'message'), $2) > 0 OR strpos(rule_id, $2) > 0
       OR EXISTS (SELECT FROM jsonb_each_text(body -> 'scope') WHERE strpos(lower(value), $2) > 0))
  AND ($3::text IS NULL OR body ->> 'group' = $3)
  AND ($4::text IS NULL OR body ->> 'assignee' = $4)
  AND ($5::text IS NULL OR rule_id = $5)
  AND ($6::text IS NULL OR scope_key = $6)
  AND ($7::uuid IS NULL OR id >= $7::uuid)
  AND ($8::uuid IS NULL OR id < $8::uuid)
  AND ($9::uuid IS NULL OR id < $9::uuid)
  AND ($11::text[] IS NULL OR site = ANY ($11))
ORDER BY id DESC
LIMIT $10
