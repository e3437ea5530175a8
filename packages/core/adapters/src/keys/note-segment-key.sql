-- Notes that one more key opens a segment, where the index has the segment.
-- $1 text the segment's id  $2 text SubjectKeyIdentifier of the key, hexadecimal
INSERT INTO segment_key (segment_id, ski)
SELECT segment.id, $2::text FROM segment WHERE segment.id = $1::uuid
ON CONFLICT DO NOTHING
