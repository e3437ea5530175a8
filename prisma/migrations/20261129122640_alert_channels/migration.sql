-- CreateTable
CREATE TABLE "alert_channel_release" (
    "version" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "made_by" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "alert_channel_release_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "alert_untold" (
    "alert_id" UUID NOT NULL,
    "rev" INTEGER NOT NULL,

    CONSTRAINT "alert_untold_pkey" PRIMARY KEY ("alert_id","rev")
);

-- CreateTable
CREATE TABLE "alert_call" (
    "alert_id" UUID NOT NULL,
    "rev" INTEGER NOT NULL,
    "ended" BOOLEAN NOT NULL,
    "over" BOOLEAN NOT NULL,

    CONSTRAINT "alert_call_pkey" PRIMARY KEY ("alert_id")
);

-- CreateTable
CREATE TABLE "alert_escalation" (
    "alert_id" UUID NOT NULL,
    "policy" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_escalation_pkey" PRIMARY KEY ("alert_id","policy")
);

-- CreateTable
CREATE TABLE "alert_delivery" (
    "id" TEXT NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "alert_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "notice" JSONB NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "asked_until" TIMESTAMPTZ(3),
    "fault" TEXT NOT NULL DEFAULT '',
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_maintenance" (
    "id" UUID NOT NULL,
    "sites" TEXT[],
    "rules" TEXT[],
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "started_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "alert_maintenance_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "alert_escalation_due_at_idx" ON "alert_escalation"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "alert_delivery_seq_key" ON "alert_delivery"("seq");

-- CreateIndex
CREATE INDEX "alert_delivery_state_channel_due_at_idx" ON "alert_delivery"("state", "channel", "due_at");

-- CreateIndex
CREATE INDEX "alert_delivery_alert_id_kind_idx" ON "alert_delivery"("alert_id", "kind");

-- CreateIndex
CREATE INDEX "alert_delivery_ended_at_idx" ON "alert_delivery"("ended_at");

-- CreateIndex
CREATE INDEX "alert_maintenance_ends_at_idx" ON "alert_maintenance"("ends_at");

-- What releases say is what deliveries were made by: none changes or goes.
CREATE TRIGGER "alert_channel_release_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "alert_channel_release"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_alert_loss"();

-- Whoever writes alerts: that they are to be told is written with them, or not at all.
CREATE FUNCTION "note_untold_alerts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "alert_untold" ("alert_id", "rev") SELECT "id", "rev" FROM "written";
  RETURN NULL;
END;
$$;

CREATE TRIGGER "alert_untold_new" AFTER INSERT ON "alert"
  REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION "note_untold_alerts"();

CREATE TRIGGER "alert_untold_moved" AFTER UPDATE ON "alert"
  REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION "note_untold_alerts"();
