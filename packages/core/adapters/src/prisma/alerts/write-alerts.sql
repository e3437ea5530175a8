-- Writes what became of alerts, with the audit entries that say so, in one statement: of each alert both or neither.
-- $1 text: JSON [{ base_rev, body, entries, erasable }], each alert at most once; base_rev = the revision that it went on from, 0 for a
-- new one; body = the alert; entries, erasable = rows of the audit log, bytes in hexadecimal, the entry of the first step first.
-- Returns: id and outcome of the alerts that stand recorded so: `written` by this statement, `known` from an earlier one whose answer was
-- lost. Of the others somebody else has written a later revision, or opened the alert of that rule and scope.
WITH told AS (
  SELECT (body ->> 'id')::uuid AS alert_id, base_rev, body, entries, erasable, (entries -> 0 ->> 'id')::uuid AS first_entry
  FROM jsonb_to_recordset($1::jsonb) AS told (base_rev int, body jsonb, entries jsonb, erasable jsonb)
), begun AS (
  INSERT INTO alert (id, rev, rule_id, scope_key, site, severity, state, body)
  SELECT alert_id, (body ->> 'rev')::int, body ->> 'ruleId', body ->> 'scopeKey', body #>> '{scope,site}', body ->> 'severity',
         body ->> 'state', body
  FROM told WHERE base_rev = 0
  ON CONFLICT DO NOTHING
  RETURNING id
), moved AS (
  UPDATE alert AS kept
  SET rev = (told.body ->> 'rev')::int, severity = told.body ->> 'severity', state = told.body ->> 'state', body = told.body
  FROM told
  WHERE kept.id = alert_id AND kept.rev = base_rev
  RETURNING kept.id
), done AS (
  SELECT id FROM begun UNION ALL SELECT id FROM moved
), said AS (
  INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
  SELECT entry.id, actor_kind, actor_id, action, subject, decode(bytes, 'hex'), decode(leaf_hash, 'hex')
  FROM told JOIN done ON done.id = alert_id, jsonb_to_recordset(entries)
    AS entry (id uuid, actor_kind text, actor_id text, action text, subject text, bytes text, leaf_hash text)
), beside AS (
  INSERT INTO audit_erasable (entry_id, field, value, salt)
  SELECT entry_id, field, value, decode(salt, 'hex')
  FROM told JOIN done ON done.id = alert_id, jsonb_to_recordset(erasable) AS kept (entry_id uuid, field text, value text, salt text)
)
SELECT id::text, 'written' AS outcome FROM done
UNION ALL
SELECT alert_id::text, 'known' FROM told JOIN audit_entry ON audit_entry.id = first_entry
