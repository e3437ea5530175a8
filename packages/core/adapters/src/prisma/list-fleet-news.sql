-- Agents of which something may be new: that reported, or of which taps were archived, since then. $1 timestamptz
SELECT agent FROM agent_report WHERE seen_at > $1
UNION
SELECT run.agent FROM segment JOIN agent_run AS run ON run.segment_id = segment.id WHERE segment.archived_at > $1
