-- What waits is little beside the log of what was told: indexes of it alone, by which the next ones are found without reading the rest.
CREATE INDEX "alert_delivery_waiting" ON "alert_delivery"("channel", "service", "due_at", "seq") WHERE "state" = 'waiting';
CREATE INDEX "alert_delivery_waiting_order" ON "alert_delivery"("alert_id", "channel", "recipient", "seq") WHERE "state" = 'waiting';
CREATE INDEX "alert_delivery_asked" ON "alert_delivery"("asked_until") WHERE "state" = 'waiting' AND "asked_until" IS NOT NULL;
CREATE INDEX "alert_delivery_next_due" ON "alert_delivery"("due_at") WHERE "state" = 'waiting';
CREATE INDEX "alert_delivery_held" ON "alert_delivery"("due_at") WHERE "state" = 'held';
