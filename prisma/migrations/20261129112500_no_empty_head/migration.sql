-- A head of nothing is no log, but it stood beside the others: commands then ask which one is meant, and status watches it.
ALTER TABLE "audit_head" DISABLE TRIGGER "audit_head_append_only";
DELETE FROM "audit_head" WHERE "note" IS NULL;
ALTER TABLE "audit_head" ENABLE TRIGGER "audit_head_append_only";

-- At the end of the transaction that makes a head it has a checkpoint (C2SP tlog-checkpoint: name and size are its first lines)
-- that covers the entries which there are.
CREATE FUNCTION "refuse_empty_head"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  made audit_head%ROWTYPE;
BEGIN
  SELECT * INTO made FROM audit_head WHERE origin = NEW.origin;
  IF made.note IS NULL OR NOT starts_with(made.note, made.origin || E'\n' || made.size || E'\n')
    OR (made.size = 0 AND EXISTS (SELECT FROM audit_leaf)) THEN
    RAISE EXCEPTION 'a new head of the audit log needs a checkpoint in its name, over the entries that there are'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER "audit_head_not_empty" AFTER INSERT ON "audit_head" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION "refuse_empty_head"();

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION refuse_empty_head() SET search_path = %I, pg_temp', current_schema());
END;
$$;
