-- CreateTable
CREATE TABLE "archive_target" (
    "name" TEXT NOT NULL,
    "scanned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT 'epoch'::timestamptz,
    "scanned_id" UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid,

    CONSTRAINT "archive_target_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "archive_task" (
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "segment_id" UUID NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "leased_until" TIMESTAMPTZ(3),
    "fault" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "archive_task_pkey" PRIMARY KEY ("target","segment_id","kind")
);

-- CreateIndex
CREATE INDEX "archive_task_target_next_at_idx" ON "archive_task"("target", "next_at");
