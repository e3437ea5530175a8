-- CreateTable
CREATE TABLE "key_request" (
    "id" UUID NOT NULL,
    "change" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "stand" TEXT NOT NULL,
    "asked_by" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT,
    "ended_by" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_request_pkey" PRIMARY KEY ("id")
);
