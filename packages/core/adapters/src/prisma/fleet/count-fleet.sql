-- How many agents may deliver and were there once, and how many of them are online, by the database's clock.
-- $1 float8: silence after which an agent is offline that was given no interval of reports, ms
-- $2 int: so many intervals of reports without one make an agent offline that was given one
-- $3 text[]: of which sites; null = of all, and of none where it is empty
SELECT count(*)::int AS known,
       (count(*) FILTER (
         WHERE abs(extract(epoch FROM clock_timestamp() - kept.seen_at)) * 1000
               <= greatest($1::float8, $2::int * coalesce((revision.settings ->> 'reportEveryMs')::float8, 0))
       ))::int AS online
FROM agent
LEFT JOIN agent_report AS kept ON kept.agent = agent.id
LEFT JOIN config_revision AS revision ON revision.revision = (kept.report ->> 'configRevision')::int
WHERE agent.revoked_at IS NULL AND (agent.enrolled_at IS NOT NULL OR kept.agent IS NOT NULL)
  AND ($3::text[] IS NULL OR agent.site = ANY ($3))
