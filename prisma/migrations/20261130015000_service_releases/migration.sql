-- CreateTable
CREATE TABLE "service_release" (
    "id" INTEGER NOT NULL,
    "service" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "rules" INTEGER,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "made_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "service_release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release_shift" (
    "id" INTEGER NOT NULL,
    "service" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "base_id" INTEGER,
    "release_id" INTEGER,
    "stable" TEXT NOT NULL,
    "plan" JSONB NOT NULL,
    "state" JSONB NOT NULL,
    "evidence" JSONB,
    "phase" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "started_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "release_shift_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "service_release_service_id_idx" ON "service_release"("service", "id");

-- CreateIndex
CREATE INDEX "release_shift_service_id_idx" ON "release_shift"("service", "id");

-- AddForeignKey
ALTER TABLE "service_release" ADD CONSTRAINT "service_release_rules_fkey" FOREIGN KEY ("rules") REFERENCES "validation_release"("version") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release_shift" ADD CONSTRAINT "release_shift_base_id_fkey" FOREIGN KEY ("base_id") REFERENCES "service_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release_shift" ADD CONSTRAINT "release_shift_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "service_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A service goes from one release to one other at a time.
CREATE UNIQUE INDEX "release_shift_open" ON "release_shift"("service") WHERE "ended_at" IS NULL;

ALTER TABLE "release_shift" ADD CONSTRAINT "release_shift_ended" CHECK (
  ("ended_at" IS NOT NULL) = ("phase" IN ('promoted', 'rolled-back'))
);

-- What a release is made of is what it was judged by: it never changes.
CREATE FUNCTION "refuse_service_release_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'service_release is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "service_release_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "service_release"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_service_release_change"();

-- A shift that has ended stays as it ended, and none is forgotten: the next way back is read from it.
CREATE FUNCTION "refuse_ended_shift_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'shift % has ended and is kept as it is', OLD.id USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "release_shift_kept" BEFORE UPDATE ON "release_shift"
  FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION "refuse_ended_shift_change"();

CREATE TRIGGER "release_shift_not_lost"
  BEFORE DELETE OR TRUNCATE ON "release_shift"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_service_release_change"();
