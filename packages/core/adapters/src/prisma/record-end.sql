-- $1 text: the JSON that record-end.ts writes; the function stands in prisma/migrations (record_segment_end).
SELECT record_segment_end($1::jsonb) AS answer
