-- Passwords that were wrong in a row, by whom they were tried for and from where; counted for all processes of the console.
-- CreateTable
CREATE TABLE "sign_in_try" (
    "whose" BYTEA NOT NULL,
    "wrong" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "locked_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_try_pkey" PRIMARY KEY ("whose")
);

-- CreateIndex
CREATE INDEX "sign_in_try_at_idx" ON "sign_in_try"("at");
