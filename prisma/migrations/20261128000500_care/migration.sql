-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "site" TEXT NOT NULL DEFAULT 'default';

-- AlterTable
ALTER TABLE "agent_token" ADD COLUMN     "site" TEXT;

-- AlterTable
ALTER TABLE "segment" ADD COLUMN     "expired_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "site_statement" (
    "site" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "balanced" BOOLEAN NOT NULL,
    "digest" BYTEA NOT NULL,
    "statement" BYTEA,
    "signature" BYTEA,
    "stored_at" TIMESTAMPTZ(3),

    CONSTRAINT "site_statement_pkey" PRIMARY KEY ("site","day")
);

-- CreateTable
CREATE TABLE "restore_drill" (
    "id" UUID NOT NULL,
    "segment_id" UUID NOT NULL,
    "target" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "taps" INTEGER NOT NULL,
    "detail" TEXT NOT NULL,

    CONSTRAINT "restore_drill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "archive_hold" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "first_day" DATE,
    "last_day" DATE,
    "reason" TEXT NOT NULL,
    "placed_by" TEXT NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "released_by" TEXT,
    "released_at" TIMESTAMPTZ(3),
    "release_reason" TEXT,

    CONSTRAINT "archive_hold_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "site_statement_stored_at_idx" ON "site_statement"("stored_at");

-- CreateIndex
CREATE INDEX "restore_drill_outcome_started_at_idx" ON "restore_drill"("outcome", "started_at");

-- CreateIndex
CREATE INDEX "archive_hold_released_at_idx" ON "archive_hold"("released_at");
