-- CreateTable
CREATE TABLE "shift_handover" (
    "id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT NOT NULL,
    "picture" JSONB NOT NULL,
    "submitted_at" TIMESTAMPTZ(3) NOT NULL,
    "submitted_by" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3),
    "signed_by" TEXT,
    "signed_note" TEXT,
    "signed_picture" JSONB,
    "withdrawn_at" TIMESTAMPTZ(3),
    "withdrawn_by" TEXT,
    "withdrawn_reason" TEXT,

    CONSTRAINT "shift_handover_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "shift_handover_by_two" CHECK ("signed_by" <> "submitted_by"),
    CONSTRAINT "shift_handover_signed_whole" CHECK (
      ("signed_at" IS NULL) = ("signed_by" IS NULL) AND ("signed_at" IS NULL) = ("signed_picture" IS NULL)
    ),
    CONSTRAINT "shift_handover_one_end" CHECK ("signed_at" IS NULL OR "withdrawn_at" IS NULL)
);

-- One waits for its signature at a time.
CREATE UNIQUE INDEX "shift_handover_waiting" ON "shift_handover"((true)) WHERE "signed_at" IS NULL AND "withdrawn_at" IS NULL;

-- CreateIndex
CREATE INDEX "shift_handover_signed_at_idx" ON "shift_handover"("signed_at");

-- What was submitted stays as it is; it is signed or withdrawn once, and stays so.
CREATE FUNCTION "refuse_handover_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.signed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
    OR (NEW.id, NEW.since, NEW.note, NEW.picture, NEW.submitted_at, NEW.submitted_by)
      IS DISTINCT FROM (OLD.id, OLD.since, OLD.note, OLD.picture, OLD.submitted_at, OLD.submitted_by) THEN
    RAISE EXCEPTION 'handover % is kept as it is', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "shift_handover_once" BEFORE UPDATE ON "shift_handover"
  FOR EACH ROW EXECUTE FUNCTION "refuse_handover_change"();

CREATE TRIGGER "shift_handover_kept"
  BEFORE DELETE OR TRUNCATE ON "shift_handover"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_alert_loss"();

-- What people did within some hours, among the many entries of jobs.
CREATE INDEX "audit_entry_of_people" ON "audit_entry"("recorded_at", "id") WHERE "actor_kind" = 'operator';
