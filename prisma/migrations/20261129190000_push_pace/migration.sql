-- CreateTable
CREATE TABLE "alert_push_pace" (
    "channel" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "told" INTEGER NOT NULL,

    CONSTRAINT "alert_push_pace_pkey" PRIMARY KEY ("channel")
);

-- The indexes of what waits and of what is held took its place; one of an alert's deliveries is by recipient first.
DROP INDEX "alert_delivery_state_channel_due_at_idx";
DROP INDEX "alert_delivery_waiting_order";
CREATE INDEX "alert_delivery_waiting_order" ON "alert_delivery"("alert_id", "recipient", "seq") WHERE "state" = 'waiting';
