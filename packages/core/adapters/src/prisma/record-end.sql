-- $1 text: the JSON that record-end.ts writes; the functions stand in prisma/migrations.
SELECT record_segment_end($1::jsonb) AS answer, record_segment_keys($1::jsonb)::text AS keys
