-- Services may work as roles of their own, each with the rights that it needs (decision 54). Whom no row here names is bound by
-- grants alone, as all were before.

-- Which facts of the installation a role may write: whole names, or with "." at the end all that begin so.
CREATE TABLE "fact_right" (
    "role" TEXT NOT NULL,
    "fact" TEXT NOT NULL,

    CONSTRAINT "fact_right_pkey" PRIMARY KEY ("role", "fact")
);

-- The trigger below reads it as whoever writes.
GRANT SELECT ON "fact_right" TO PUBLIC;

-- Facts of all services stand in one table, where a grant cannot tell them apart: who counts KPIs must not switch rules.
CREATE FUNCTION "refuse_others_fact"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  written text;
BEGIN
  IF EXISTS (SELECT FROM fact_right WHERE role = current_user) THEN
    FOREACH written IN ARRAY array_remove(ARRAY[OLD.name, NEW.name], NULL) LOOP
      IF NOT EXISTS (
        SELECT FROM fact_right
        WHERE role = current_user AND (fact = written OR (right(fact, 1) = '.' AND starts_with(written, fact)))
      ) THEN
        RAISE EXCEPTION 'permission denied for fact %, which % does not write', written, current_user
          USING ERRCODE = 'insufficient_privilege';
      END IF;
    END LOOP;
  END IF;
  RETURN COALESCE(NEW, OLD);
END;
$$;

CREATE TRIGGER "installation_fact_by_right" BEFORE INSERT OR UPDATE OR DELETE ON "installation_fact"
  FOR EACH ROW EXECUTE FUNCTION "refuse_others_fact"();

-- As before (20261129001905), and: which facts a role may write is nobody's to change.
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
        WHEN 'fact_right' THEN 'SELECT'
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

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION refuse_others_fact() SET search_path = %I, pg_temp', current_schema());
END;
$$;
