-- CreateTable
CREATE TABLE "alert_rule_release" (
    "version" INTEGER NOT NULL,
    "digest" BYTEA NOT NULL,
    "rules" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "made_by" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "alert_rule_release_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" UUID NOT NULL,
    "rev" INTEGER NOT NULL,
    "rule_id" TEXT NOT NULL,
    "scope_key" TEXT NOT NULL,
    "site" TEXT,
    "severity" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "body" JSONB NOT NULL,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "alert_rule_release_digest_key" ON "alert_rule_release"("digest");

-- CreateIndex
CREATE INDEX "alert_rule_id_id_idx" ON "alert"("rule_id", "id");

-- CreateIndex
CREATE INDEX "alert_site_id_idx" ON "alert"("site", "id");

-- Of one rule in one place one alert is open: whoever raises it a second time does not get a second row. Who looks for the open ones
-- looks here, however many have closed.
CREATE UNIQUE INDEX "alert_open_key" ON "alert"("rule_id", "scope_key") WHERE "state" <> 'normal';

-- What releases say is what alerts name them for, and alerts are kept: neither goes, and no release changes.
CREATE FUNCTION "refuse_alert_loss"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows are kept as they are', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "alert_rule_release_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "alert_rule_release"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_alert_loss"();

CREATE TRIGGER "alert_kept"
  BEFORE DELETE OR TRUNCATE ON "alert"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_alert_loss"();

-- An alert only goes on: to a higher revision, as the same alert.
CREATE FUNCTION "refuse_older_alert"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.rule_id, NEW.scope_key) IS DISTINCT FROM (OLD.id, OLD.rule_id, OLD.scope_key) OR NEW.rev <= OLD.rev THEN
    RAISE EXCEPTION 'alert % only goes on from revision %', OLD.id, OLD.rev USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "alert_forward" BEFORE UPDATE ON "alert"
  FOR EACH ROW EXECUTE FUNCTION "refuse_older_alert"();
