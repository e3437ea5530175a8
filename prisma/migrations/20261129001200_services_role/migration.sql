-- The services work as a role that can add to the audit log and do nothing else to it (decision 34). What only the log itself
-- may do, it does by functions that run with its owner's rights; these look for tables in their own schema alone.

-- As before (20261129001000).
CREATE OR REPLACE FUNCTION "note_pending_audit"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO audit_pending (entry_id) SELECT id FROM added;
  RETURN NULL;
END;
$$;

-- Gives entries that wait their places in the log, in the order in which they were recorded: the one way in which an entry
-- ceases to wait. Whoever calls holds the lock on the log's head.
-- begin_at: size of the log so far, refused where it is another  most: how many at most
-- Returns: the leaf hashes of the new leaves in order, one behind the other; null where nothing waited.
CREATE FUNCTION "sequence_entries"(begin_at bigint, most int) RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  so_far bigint := GREATEST(
    (SELECT COALESCE(max(index) + 1, 0) FROM audit_leaf), (SELECT COALESCE(max(size), 0) FROM audit_head)
  );
  hashes bytea;
BEGIN
  IF begin_at IS DISTINCT FROM so_far THEN
    RAISE EXCEPTION 'the audit log has % entries: none may be placed at %', so_far, begin_at
      USING ERRCODE = 'restrict_violation';
  END IF;
  WITH taken AS (
    DELETE FROM audit_pending
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM audit_pending LIMIT most))
    RETURNING entry_id
  ), placed AS (
    INSERT INTO audit_leaf (index, entry_id, leaf_hash)
    SELECT begin_at - 1 + row_number() OVER (ORDER BY recorded_at, id), id, leaf_hash
    FROM audit_entry JOIN taken ON id = entry_id
    RETURNING index, leaf_hash
  )
  SELECT string_agg(leaf_hash, '' ORDER BY index) INTO hashes FROM placed;
  RETURN hashes;
END;
$$;

-- How far the log has come, and what of it was cosigned and archived, never goes back.
CREATE FUNCTION "refuse_older_head"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin <> OLD.origin OR NEW.size < OLD.size
    OR NEW.cosigned_size < OLD.cosigned_size OR NEW.archived_size < OLD.archived_size THEN
    RAISE EXCEPTION 'the head of the audit log only goes forward' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "audit_head_forward" BEFORE UPDATE ON "audit_head"
  FOR EACH ROW EXECUTE FUNCTION "refuse_older_head"();

CREATE TRIGGER "audit_head_append_only"
  BEFORE DELETE OR TRUNCATE ON "audit_head"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- Gives the role what the services need: to add to the audit log and read it, and to read and write every other table.
-- Whatever it had before on these tables it has no more. Called by the owner, after each migration.
CREATE FUNCTION "admit_services"(services name) RETURNS void LANGUAGE plpgsql AS $$
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
        WHEN 'audit_pending' THEN 'SELECT'
        WHEN 'audit_leaf' THEN 'SELECT'
        WHEN 'audit_node' THEN 'SELECT, INSERT'
        WHEN 'audit_head' THEN 'SELECT, INSERT, UPDATE (size, edge, note, noted_at, cosigned_size, cosigned_note, '
          'cosigned_at, archived_size, archived_note, archived_at)'
        ELSE 'SELECT, INSERT, UPDATE, DELETE'
      END,
      part.name, services
    );
  END LOOP;
  FOR part IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = current_schema() LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %I TO %I', part.name, services);
  END LOOP;
  EXECUTE format('GRANT EXECUTE ON FUNCTION sequence_entries(bigint, int) TO %I', services);
END;
$$;

REVOKE EXECUTE ON FUNCTION "sequence_entries"(bigint, int) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION "admit_services"(name) FROM PUBLIC;

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION note_pending_audit() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION sequence_entries(bigint, int) SET search_path = %I, pg_temp', current_schema());
END;
$$;
