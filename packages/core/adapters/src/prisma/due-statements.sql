-- Days of agents that have ended and have no statement yet, oldest first.
-- $1 date: the first day that the ledger knows whole  $2 date: the first day that has not ended long enough  $3 int: rows
SELECT DISTINCT agent, to_char(day, 'YYYY-MM-DD') AS day
FROM agent_day
WHERE day >= $1::date AND day < $2::date
  AND NOT EXISTS (SELECT FROM gap_statement AS told WHERE told.agent = agent_day.agent AND told.day = agent_day.day)
ORDER BY day, agent
LIMIT $3
