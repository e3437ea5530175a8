-- Agents as pages show them, by id, with their last reports, and when this was read by the database's clock.
-- $1 text[]: which ones; null = all.  $2 bigint: so many numbers of open gaps are counted at most
-- $3 text[]: of which sites; null = of all, and of none where it is empty
SELECT agent.id, agent.site, agent.ring, agent.hostname, agent.enrolled_at, agent.revoked_at,
       agent.pinned_revision, agent.pinned_version, kept.seen_at, kept.report,
       good.issued_at AS certificate_issued_at, good.not_after AS certificate_ends_at,
       good.certificates::int AS certificates, waiting.expires_at AS token_ends_at,
       least(open.numbers, $2)::float8 AS gap_numbers, newest.archived_at AS last_archived_at, clock_timestamp() AS read_at
FROM agent
LEFT JOIN agent_report AS kept ON kept.agent = agent.id
CROSS JOIN LATERAL (
  SELECT count(*) AS certificates, max(not_after) AS not_after, max(issued_at) AS issued_at FROM agent_certificate
  WHERE agent_id = agent.id AND revoked_at IS NULL AND not_after > now()
) AS good
CROSS JOIN LATERAL (
  SELECT max(expires_at) AS expires_at FROM agent_token
  WHERE agent_id = agent.id AND used_at IS NULL AND expires_at > now()
) AS waiting
CROSS JOIN LATERAL (
  SELECT coalesce(sum(last - first + 1), 0) AS numbers
  FROM (
    -- Each has one number at least.
    SELECT first, last FROM sequence_gap
    WHERE scope = 'agent' AND subject = agent.id AND closed_at IS NULL LIMIT $2
  ) AS gap
) AS open
LEFT JOIN LATERAL (
  SELECT segment.archived_at
  FROM (
    SELECT segment_id FROM agent_run WHERE agent_run.agent = agent.id ORDER BY epoch DESC, first_seq DESC LIMIT 1
  ) AS run
  JOIN segment ON segment.id = run.segment_id
) AS newest ON TRUE
WHERE ($1::text[] IS NULL OR agent.id = ANY ($1)) AND ($3::text[] IS NULL OR agent.site = ANY ($3))
ORDER BY agent.id
