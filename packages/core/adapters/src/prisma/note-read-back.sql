-- Notes that objects were read back whole and found right; what is not recorded (yet) is left out.
-- $1 text[] segments  $2 text[] for each, the archive
-- Returns those that were noted: segment_id (text), target.
UPDATE segment_copy SET read_back_at = now()
FROM unnest($1::text[], $2::text[]) AS seen (segment_id, target)
WHERE segment_copy.segment_id = seen.segment_id::uuid AND segment_copy.target = seen.target
RETURNING seen.segment_id, seen.target
