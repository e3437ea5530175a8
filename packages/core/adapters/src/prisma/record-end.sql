-- $1 text: the JSON that record-end.ts writes; the functions stand in prisma/migrations.
WITH ended AS MATERIALIZED (
  SELECT record_segment_end($1::jsonb) AS answer, record_segment_keys($1::jsonb)::text AS keys
), kept_beside AS (
  INSERT INTO audit_erasable (entry_id, field, value, salt)
  SELECT entry_id, field, value, decode(salt, 'hex')
  FROM ended, jsonb_to_recordset($1::jsonb -> 'erasable') AS apart (entry_id uuid, field text, value text, salt text)
  WHERE answer ->> 'outcome' = 'recorded'
  ON CONFLICT DO NOTHING
)
SELECT answer, keys FROM ended
