-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "pinned_revision" INTEGER,
ADD COLUMN     "pinned_version" TEXT;

-- CreateTable
CREATE TABLE "agent_report" (
    "agent" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "epoch" BIGINT NOT NULL,
    "next_seq" BIGINT NOT NULL,
    "report" JSONB NOT NULL,
    "age_at_reach_ms" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "agent_report_pkey" PRIMARY KEY ("agent")
);

-- CreateTable
CREATE TABLE "config_revision" (
    "revision" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "made_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "config_revision_pkey" PRIMARY KEY ("revision")
);

-- CreateTable
CREATE TABLE "rollout" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "base" TEXT NOT NULL,
    "rings" INTEGER[],
    "reached" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'running',
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "agent_report_seen_at_idx" ON "agent_report"("seen_at");

-- CreateIndex
CREATE INDEX "rollout_kind_id_idx" ON "rollout"("kind", "id");
