-- CreateTable
CREATE TABLE "duplicate_run" (
    "segment_id" UUID NOT NULL,
    "agent" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "first_seq" BIGINT NOT NULL,
    "last_seq" BIGINT NOT NULL,
    "members" BYTEA NOT NULL,
    "held_by" UUID NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "duplicate_run_pkey" PRIMARY KEY ("agent","epoch","first_seq","segment_id","held_by")
);

-- CreateTable
CREATE TABLE "agent_mark" (
    "agent" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "judged_from" BIGINT NOT NULL,
    "settled" BIGINT NOT NULL,
    "highest" BIGINT NOT NULL,
    "check_seq" BIGINT,
    "check_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_mark_pkey" PRIMARY KEY ("agent","epoch")
);

-- CreateTable
CREATE TABLE "agent_day" (
    "agent" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "last_seq" BIGINT NOT NULL,

    CONSTRAINT "agent_day_pkey" PRIMARY KEY ("agent","epoch","day")
);

-- CreateTable
CREATE TABLE "sequence_gap" (
    "id" BIGSERIAL NOT NULL,
    "scope" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "first" BIGINT NOT NULL,
    "last" BIGINT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "sequence_gap_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gap_statement" (
    "agent" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "no_gap" BOOLEAN NOT NULL,
    "digest" BYTEA NOT NULL,
    "statement" BYTEA,
    "signature" BYTEA,
    "stored_at" TIMESTAMPTZ(3),

    CONSTRAINT "gap_statement_pkey" PRIMARY KEY ("agent","day")
);

-- CreateIndex
CREATE INDEX "duplicate_run_ended_at_idx" ON "duplicate_run"("ended_at");

-- CreateIndex
CREATE INDEX "duplicate_run_held_by_idx" ON "duplicate_run"("held_by");

-- CreateIndex
CREATE INDEX "agent_day_day_idx" ON "agent_day"("day");

-- CreateIndex
CREATE INDEX "sequence_gap_scope_subject_epoch_first_idx" ON "sequence_gap"("scope", "subject", "epoch", "first");

-- CreateIndex
CREATE INDEX "sequence_gap_closed_at_idx" ON "sequence_gap"("closed_at");

-- CreateIndex
CREATE INDEX "gap_statement_stored_at_idx" ON "gap_statement"("stored_at");
