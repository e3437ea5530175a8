-- Days of sites that have ended, of which every agent's day is stated and the site's is not, oldest first.
-- $1 date: the first day that the ledger knows whole  $2 date: the first day that has not ended long enough  $3 int: rows
WITH known AS (
  SELECT COALESCE(agent.site, 'default') AS site, there.agent, there.day
  FROM (SELECT DISTINCT agent, day FROM agent_day WHERE day >= $1::date AND day < $2::date) AS there
  LEFT JOIN agent ON agent.id = there.agent
)
SELECT known.site, to_char(known.day, 'YYYY-MM-DD') AS day
FROM known
LEFT JOIN gap_statement AS told ON told.agent = known.agent AND told.day = known.day
LEFT JOIN site_statement AS stated ON stated.site = known.site AND stated.day = known.day
GROUP BY known.site, known.day
HAVING count(*) = count(told.agent) AND count(stated.site) = 0
ORDER BY known.day, known.site
LIMIT $3
