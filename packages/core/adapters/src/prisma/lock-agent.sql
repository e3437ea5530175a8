-- $1 agent's id. Makes its row where there is none, and holds it until the transaction ends, so that what is done to
-- one agent is done one after the other.
INSERT INTO agent (id) VALUES ($1)
ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id
RETURNING enrolled_at AS "enrolledAt", revoked_at AS "revokedAt"
