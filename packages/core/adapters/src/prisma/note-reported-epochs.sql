-- An epoch that a report names and no end has named yet gets its mark; where the ends of before are not all known, it
-- judges from the next number on. $1 text: as in note-agent-ends.sql
INSERT INTO agent_mark (agent, epoch, judged_from, settled, highest)
SELECT agent, epoch, judged_from, judged_from - 1, next_seq - 1
FROM (
  SELECT agent, epoch, next_seq, CASE $1 WHEN 'whole' THEN 1 ELSE next_seq END AS judged_from
  FROM agent_report WHERE next_seq > 1
) AS told
ON CONFLICT DO NOTHING
