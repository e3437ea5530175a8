-- CreateTable
CREATE TABLE "agent" (
    "id" TEXT NOT NULL,
    "ring" INTEGER NOT NULL DEFAULT 1,
    "enrolled_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);
