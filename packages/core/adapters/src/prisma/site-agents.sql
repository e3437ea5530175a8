-- The agents that were there on a day, by the site where they stand.
-- $1 date: day  $2 text: a site, or null for all
SELECT COALESCE(agent.site, 'default') AS site, known.agent
FROM (SELECT DISTINCT agent FROM agent_day WHERE day = $1::date) AS known
LEFT JOIN agent ON agent.id = known.agent
WHERE $2::text IS NULL OR COALESCE(agent.site, 'default') = $2
ORDER BY site, known.agent
