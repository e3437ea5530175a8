-- What became of a refused tap that was put into the buffer again.
ALTER TABLE "quarantined_tap" ADD COLUMN "first_reason" TEXT,
ADD COLUMN "outcome" TEXT,
ADD COLUMN "outcome_at" TIMESTAMPTZ(3),
ADD COLUMN "outcome_segment" UUID,
ADD COLUMN "replayed_at" TIMESTAMPTZ(3),
ADD COLUMN "replayed_by" TEXT,
ADD COLUMN "replays" INTEGER NOT NULL DEFAULT 0;

-- Few rows, looked at whenever a segment ends.
CREATE INDEX "quarantined_tap_replayed" ON "quarantined_tap" ("agent", "epoch", "seq")
  WHERE "replays" > 0 AND ("outcome" IS NULL OR "outcome" = 'refused');

-- A replayed tap that is refused again keeps its row, which takes the new reason. Before the insert, which then does nothing.
CREATE FUNCTION "note_refused_again"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE quarantined_tap
  SET first_reason = COALESCE(first_reason, reason), reason = NEW.reason, detail = NEW.detail,
      rules_version = NEW.rules_version, outcome = 'refused', outcome_at = now()
  WHERE agent = NEW.agent AND epoch = NEW.epoch AND seq = NEW.seq AND digest = NEW.digest
    AND replays > 0 AND outcome IS NULL;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "quarantined_tap_refused_again"
  BEFORE INSERT ON "quarantined_tap"
  FOR EACH ROW EXECUTE FUNCTION "note_refused_again"();

-- The index has replayed taps: in the same transaction as the segment's end, so that neither stands without the other.
CREATE FUNCTION "note_replays_archived"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE quarantined_tap AS tap
  SET outcome = 'archived', outcome_at = now(), outcome_segment = run.segment_id
  FROM ended AS run
  WHERE tap.agent = run.agent AND tap.epoch = run.epoch AND tap.seq BETWEEN run.first_seq AND run.last_seq
    AND (get_byte(run.members, ((tap.seq - run.first_seq) / 8)::int) >> ((tap.seq - run.first_seq) % 8)::int) & 1 = 1
    AND tap.replays > 0 AND (tap.outcome IS NULL OR tap.outcome = 'refused');
  RETURN NULL;
END;
$$;

CREATE TRIGGER "agent_run_replays"
  AFTER INSERT ON "agent_run" REFERENCING NEW TABLE AS ended
  FOR EACH STATEMENT EXECUTE FUNCTION "note_replays_archived"();

CREATE FUNCTION "note_replays_duplicate"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE quarantined_tap AS tap
  SET outcome = 'duplicate', outcome_at = now(), outcome_segment = run.held_by
  FROM ended AS run
  WHERE tap.agent = run.agent AND tap.epoch = run.epoch AND tap.seq BETWEEN run.first_seq AND run.last_seq
    AND (get_byte(run.members, ((tap.seq - run.first_seq) / 8)::int) >> ((tap.seq - run.first_seq) % 8)::int) & 1 = 1
    AND tap.replays > 0 AND (tap.outcome IS NULL OR tap.outcome = 'refused');
  RETURN NULL;
END;
$$;

CREATE TRIGGER "duplicate_run_replays"
  AFTER INSERT ON "duplicate_run" REFERENCING NEW TABLE AS ended
  FOR EACH STATEMENT EXECUTE FUNCTION "note_replays_duplicate"();
