-- Leaves, nodes and the log's size come from the entries alone: the owner's function makes them, and the services, who ask for it,
-- can put nothing of their own there (decision 34).

-- A trigger fires without this right, so nobody needs it; with it a trigger on a table of one's own fills the queue.
REVOKE EXECUTE ON FUNCTION "note_pending_audit"() FROM PUBLIC;

-- The root over 2^n hashes of 32 bytes that stand one behind the other (RFC 9162 §2.1), as one tile has them.
CREATE FUNCTION "tile_root"(hashes bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  WHILE octet_length(hashes) > 32 LOOP
    SELECT string_agg(sha256('\x01'::bytea || substr(hashes, 64 * i + 1, 64)), '' ORDER BY i) INTO hashes
    FROM generate_series(0, octet_length(hashes) / 64 - 1) AS i;
  END LOOP;
  RETURN hashes;
END;
$$;

-- Keeps the roots over the subtrees of 256, 256², … leaves that became full as the log grew.
-- old_size, size: of the log, before and now
CREATE FUNCTION "keep_nodes"(old_size bigint, size bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  above int := 1;
BEGIN
  WHILE size >= 256 LOOP
    INSERT INTO audit_node (level, index, hash)
    SELECT above, n, tile_root(hashes)
    FROM generate_series(old_size / 256, size / 256 - 1) AS n, LATERAL (
      SELECT string_agg(hash, '' ORDER BY at) AS hashes FROM (
        SELECT index AS at, leaf_hash AS hash FROM audit_leaf
        WHERE above = 1 AND index >= n * 256 AND index < (n + 1) * 256
        UNION ALL
        SELECT index, hash FROM audit_node
        WHERE above > 1 AND level = above - 1 AND index >= n * 256 AND index < (n + 1) * 256
      ) AS below
    ) AS tile;
    old_size := old_size / 256;
    size := size / 256;
    above := above + 1;
  END LOOP;
END;
$$;

DROP FUNCTION "sequence_entries"(bigint, int);

-- Gives entries that wait their places behind the last one, in the order in which they were recorded: the one way in which an entry
-- ceases to wait. Leaf hashes are made here, of what the entries say; what has a place already gets no second one.
-- most: how many at most
-- Returns: how many got places, and the size of the log now.
CREATE FUNCTION "sequence_entries"(most int, OUT placed bigint, OUT size bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  begun bigint := (SELECT COALESCE(max(index) + 1, 0) FROM audit_leaf);
BEGIN
  WITH taken AS (
    DELETE FROM audit_pending
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM audit_pending LIMIT most))
    RETURNING entry_id
  )
  INSERT INTO audit_leaf (index, entry_id, leaf_hash)
  SELECT begun - 1 + row_number() OVER (ORDER BY recorded_at, id), id, sha256('\x00'::bytea || bytes)
  FROM audit_entry JOIN (SELECT DISTINCT entry_id FROM taken) AS once ON id = entry_id
  WHERE NOT EXISTS (SELECT FROM audit_leaf WHERE audit_leaf.entry_id = id);
  GET DIAGNOSTICS placed = ROW_COUNT;
  size := begun + placed;
  PERFORM keep_nodes(begun, size);
END;
$$;

-- The edge follows from leaves and nodes; kept beside them it was believed.
ALTER TABLE "audit_head" DROP COLUMN "edge", ALTER COLUMN "size" SET DEFAULT 0;

-- How far the log has come, and what of it was cosigned and archived, never goes back, nor ahead of the entries.
CREATE OR REPLACE FUNCTION "refuse_older_head"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  hint text := 'the tables'' owner may correct a head: in one transaction, ALTER TABLE audit_head DISABLE TRIGGER audit_head_forward, '
    'then the UPDATE, then ENABLE TRIGGER';
BEGIN
  IF NEW.origin <> OLD.origin OR NEW.size < OLD.size
    OR NEW.cosigned_size < OLD.cosigned_size OR NEW.archived_size < OLD.archived_size THEN
    RAISE EXCEPTION 'the head of the audit log only goes forward' USING ERRCODE = 'restrict_violation', HINT = hint;
  END IF;
  IF NEW.size <> OLD.size AND NEW.size <> (SELECT COALESCE(max(index) + 1, 0) FROM audit_leaf) THEN
    RAISE EXCEPTION 'the audit log has not % entries', NEW.size USING ERRCODE = 'restrict_violation', HINT = hint;
  END IF;
  RETURN NEW;
END;
$$;

-- What a service may have written before: nodes ahead of the leaves or of others, and sizes ahead of the log. With one role the
-- owner is the services, so the triggers stand again at the end of this.
ALTER TABLE "audit_node" DISABLE TRIGGER "audit_node_append_only";
ALTER TABLE "audit_head" DISABLE TRIGGER "audit_head_forward";
DELETE FROM "audit_node";
SELECT keep_nodes(0, (SELECT COALESCE(max("index") + 1, 0) FROM "audit_leaf"));
UPDATE "audit_head" SET "size" = LEAST("size", (SELECT COALESCE(max("index") + 1, 0) FROM "audit_leaf"));
UPDATE "audit_head" SET "cosigned_size" = 0, "cosigned_note" = NULL, "cosigned_at" = NULL
WHERE "cosigned_size" NOT BETWEEN 0 AND "size";
UPDATE "audit_head" SET "archived_size" = 0, "archived_note" = NULL, "archived_at" = NULL
WHERE "archived_size" NOT BETWEEN 0 AND "size";
ALTER TABLE "audit_node" ENABLE TRIGGER "audit_node_append_only";
ALTER TABLE "audit_head" ENABLE TRIGGER "audit_head_forward";

ALTER TABLE "audit_head" ADD CONSTRAINT "audit_head_within" CHECK (
  "cosigned_size" BETWEEN 0 AND "size" AND "archived_size" BETWEEN 0 AND "size"
);

-- As before (20261129001400), and: nodes and the size of a new head are nobody's to write.
CREATE OR REPLACE FUNCTION "admit_services"(services name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  part record;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), services);
  FOR part IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('REVOKE ALL ON %I FROM %I', part.name, services);
    CONTINUE WHEN part.name = '_prisma_migrations';
    EXECUTE format(
      'GRANT %s ON %I TO %I',
      CASE part.name
        WHEN 'audit_entry' THEN 'SELECT, INSERT'
        WHEN 'audit_erasable' THEN 'SELECT, INSERT'
        WHEN 'audit_pending' THEN 'SELECT'
        WHEN 'audit_leaf' THEN 'SELECT'
        WHEN 'audit_node' THEN 'SELECT'
        WHEN 'audit_head' THEN 'SELECT, INSERT (origin), UPDATE (size, note, noted_at, cosigned_size, cosigned_note, '
          'cosigned_at, archived_size, archived_note, archived_at)'
        ELSE 'SELECT, INSERT, UPDATE, DELETE'
      END,
      part.name, services
    );
  END LOOP;
  FOR part IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = current_schema() LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %I TO %I', part.name, services);
  END LOOP;
  EXECUTE format('GRANT EXECUTE ON FUNCTION sequence_entries(int) TO %I', services);
  EXECUTE format('GRANT EXECUTE ON FUNCTION erase_audit_field(uuid, text, uuid) TO %I', services);
END;
$$;

REVOKE EXECUTE ON FUNCTION "tile_root"(bytea), "keep_nodes"(bigint, bigint), "sequence_entries"(int) FROM PUBLIC;

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION keep_nodes(bigint, bigint) SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION sequence_entries(int) SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION refuse_older_head() SET search_path = %I, pg_temp', current_schema());
END;
$$;
