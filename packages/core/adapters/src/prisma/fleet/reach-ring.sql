-- A change reaches the agents of some rings: how old their oldest tap is then. $1 int, $2 int: after, up to this ring.
UPDATE agent_report
SET age_at_reach_ms = (report -> 'outbox' ->> 'oldestAgeMs')::bigint
FROM agent
WHERE agent.id = agent_report.agent AND agent.ring > $1 AND agent.ring <= $2
