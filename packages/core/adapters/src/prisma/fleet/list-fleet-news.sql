-- Agents of which something may be new: that reported, or of which taps were archived, within that time.
-- $1 float8: how long ago at most, ms, by the database's clock
SELECT agent FROM agent_report WHERE seen_at > clock_timestamp() - $1::float8 * interval '1 millisecond'
UNION
SELECT run.agent FROM segment JOIN agent_run AS run ON run.segment_id = segment.id
WHERE segment.archived_at > clock_timestamp() - $1::float8 * interval '1 millisecond'
