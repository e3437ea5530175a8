-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "hostname" TEXT;

-- CreateTable
CREATE TABLE "agent_certificate" (
    "serial" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_certificate_pkey" PRIMARY KEY ("serial")
);

-- CreateTable
CREATE TABLE "agent_token" (
    "digest" BYTEA NOT NULL,
    "agent_id" TEXT NOT NULL,
    "ring" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_token_pkey" PRIMARY KEY ("digest")
);

-- CreateIndex
CREATE INDEX "agent_certificate_agent_id_idx" ON "agent_certificate"("agent_id");

-- CreateIndex
CREATE INDEX "agent_certificate_not_after_idx" ON "agent_certificate"("not_after");

-- CreateIndex
CREATE INDEX "agent_token_agent_id_idx" ON "agent_token"("agent_id");

-- AddForeignKey
ALTER TABLE "agent_certificate" ADD CONSTRAINT "agent_certificate_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_token" ADD CONSTRAINT "agent_token_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
