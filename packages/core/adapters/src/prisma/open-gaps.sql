-- Open gaps of the ledger that reach into ranges.
-- $1 text: scope  $2 text[] subjects  $3 bigint[] epochs  $4 bigint[] first  $5 bigint[] last
SELECT DISTINCT gap.id, gap.subject, gap.epoch, gap.first, gap.last, gap.opened_at
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS asked (subject, epoch, first, last)
JOIN sequence_gap AS gap
  ON gap.scope = $1 AND gap.subject = asked.subject AND gap.epoch = asked.epoch AND gap.closed_at IS NULL
  AND gap.first <= asked.last AND gap.last >= asked.first
ORDER BY gap.id
