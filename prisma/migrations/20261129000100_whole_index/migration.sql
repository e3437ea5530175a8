-- An index that has had a life of the buffer was compared with all that was archived before it.
INSERT INTO "installation_fact" ("name", "value")
SELECT 'index.whole', 'yes' FROM "installation_fact" WHERE "name" = 'buffer.generation'
ON CONFLICT DO NOTHING;
