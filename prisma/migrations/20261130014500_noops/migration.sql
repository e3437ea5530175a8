-- CreateTable
CREATE TABLE "noops_rule_set" (
    "version" INTEGER NOT NULL,
    "digest" BYTEA NOT NULL,
    "rules" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "made_by" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "noops_rule_set_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "noops_decision" (
    "id" UUID NOT NULL,
    "rule_id" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "begun_at" TIMESTAMPTZ(3),
    "body" JSONB NOT NULL,

    CONSTRAINT "noops_decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "noops_switch" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,
    "set_by" TEXT NOT NULL,
    "reason" TEXT,
    "until" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "noops_switch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "noops_lease" (
    "owner" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "fence" BIGINT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "noops_lease_pkey" PRIMARY KEY ("owner")
);

-- CreateIndex
CREATE UNIQUE INDEX "noops_rule_set_digest_key" ON "noops_rule_set"("digest");

-- CreateIndex
CREATE INDEX "noops_decision_rule_id_target_id_idx" ON "noops_decision"("rule_id", "target", "id");

-- CreateIndex
CREATE INDEX "noops_decision_state_id_idx" ON "noops_decision"("state", "id");

-- CreateIndex
CREATE INDEX "noops_decision_begun_at_idx" ON "noops_decision"("begun_at");

-- Of each switch one is on.
CREATE UNIQUE INDEX "noops_switch_on" ON "noops_switch"("kind", "subject") WHERE "ended_at" IS NULL;

-- Decisions name their rules, and people what they were told: neither changes, and neither goes.
CREATE FUNCTION "refuse_noops_loss"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows are kept as they are', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "noops_rule_set_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "noops_rule_set"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_noops_loss"();

CREATE TRIGGER "noops_decision_kept"
  BEFORE TRUNCATE ON "noops_decision"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_noops_loss"();

CREATE TRIGGER "noops_switch_kept"
  BEFORE DELETE OR TRUNCATE ON "noops_switch"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_noops_loss"();

-- What was decided stays what it was; what became of it only goes on. Of what came to nothing some may go, once it is old.
CREATE FUNCTION "refuse_noops_rewriting"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state IN ('none', 'dry-run', 'refused') AND OLD.begun_at IS NULL THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'decision % is kept: it was acted on, or is to be', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.id, NEW.rule_id, NEW.target, NEW.at) IS DISTINCT FROM (OLD.id, OLD.rule_id, OLD.target, OLD.at)
    OR (OLD.state <> NEW.state AND NOT (OLD.state, NEW.state) IN (
      ('waiting-approval', 'acting'), ('waiting-approval', 'refused'), ('waiting-approval', 'expired'),
      ('acting', 'done'), ('acting', 'failed'), ('done', 'undone'))) THEN
    RAISE EXCEPTION 'decision % does not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "noops_decision_forward" BEFORE UPDATE OR DELETE ON "noops_decision"
  FOR EACH ROW EXECUTE FUNCTION "refuse_noops_rewriting"();

-- A lease's number only grows: whoever acts under a lower one is late.
CREATE FUNCTION "refuse_lower_fence"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.fence < OLD.fence OR (NEW.holder <> OLD.holder AND NEW.fence = OLD.fence) THEN
    RAISE EXCEPTION 'the number of lease % only grows', OLD.owner USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "noops_lease_forward" BEFORE UPDATE OR DELETE ON "noops_lease"
  FOR EACH ROW EXECUTE FUNCTION "refuse_lower_fence"();
