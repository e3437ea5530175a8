-- What an audit entry says in a person's own words is kept beside the log, which holds a salted commitment to it: erasing value and
-- salt leaves the log as it is, and nobody can tell any more what was committed to (decision 34).
CREATE TABLE "audit_erasable" (
    "entry_id" UUID NOT NULL,
    "field" TEXT NOT NULL,
    "value" TEXT,
    "salt" BYTEA,
    "erased_at" TIMESTAMPTZ(3),
    "erased_by" UUID,

    CONSTRAINT "audit_erasable_pkey" PRIMARY KEY ("entry_id","field")
);

ALTER TABLE "audit_erasable" ADD CONSTRAINT "audit_erasable_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "audit_entry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A value is there until it is erased; it never becomes another one.
CREATE FUNCTION "refuse_other_value"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.erased_at IS NULL AND NEW.value IS NULL AND NEW.salt IS NULL AND NEW.erased_at IS NOT NULL AND NEW.erased_by IS NOT NULL
    AND NEW.entry_id = OLD.entry_id AND NEW.field = OLD.field THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a field of an audit entry is erased or stays as it is' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "audit_erasable_erase" BEFORE UPDATE ON "audit_erasable"
  FOR EACH ROW EXECUTE FUNCTION "refuse_other_value"();

CREATE TRIGGER "audit_erasable_append_only"
  BEFORE DELETE OR TRUNCATE ON "audit_erasable"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- Erases a field of an entry, for an erasing entry of the same transaction, which says so. Runs with its owner's rights.
-- Returns: whether there was anything to erase.
CREATE FUNCTION "erase_audit_field"(erased uuid, erased_field text, erasing uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  -- Nobody else sees it wait yet.
  IF NOT EXISTS (
    SELECT FROM audit_entry JOIN audit_pending ON entry_id = id
    WHERE id = erasing AND action = 'audit.erased' AND subject = 'entry/' || erased
  ) THEN
    RAISE EXCEPTION 'no audit entry says that a field of % is erased', erased USING ERRCODE = 'restrict_violation';
  END IF;
  UPDATE audit_erasable SET value = NULL, salt = NULL, erased_at = now(), erased_by = erasing
  WHERE entry_id = erased AND field = erased_field AND erased_at IS NULL;
  RETURN FOUND;
END;
$$;

REVOKE EXECUTE ON FUNCTION "erase_audit_field"(uuid, text, uuid) FROM PUBLIC;

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION erase_audit_field(uuid, text, uuid) SET search_path = %I, pg_temp', current_schema());
END;
$$;

-- As before (20261129001200), with the table and the function above.
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
  EXECUTE format('GRANT EXECUTE ON FUNCTION erase_audit_field(uuid, text, uuid) TO %I', services);
END;
$$;
