-- CreateIndex
CREATE INDEX "alert_delivery_channel_seq_idx" ON "alert_delivery"("channel", "seq");
