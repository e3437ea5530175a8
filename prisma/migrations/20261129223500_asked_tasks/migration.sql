-- CreateTable
CREATE TABLE "asked_task" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "wish" JSONB NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "asked_by" TEXT NOT NULL,
    "reason" TEXT,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "entry_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'asked',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "taken_by" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "progress" TEXT NOT NULL DEFAULT '',
    "outcome" JSONB,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "asked_task_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "asked_task_entry_id_key" ON "asked_task"("entry_id");

-- CreateIndex
CREATE INDEX "asked_task_asked_at_idx" ON "asked_task"("asked_at");

-- AddForeignKey
ALTER TABLE "asked_task" ADD CONSTRAINT "asked_task_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "audit_entry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Of each kind and subject one is under way: who asks second is told who was first.
CREATE UNIQUE INDEX "asked_task_open" ON "asked_task"("kind", "subject") WHERE "ended_at" IS NULL;
