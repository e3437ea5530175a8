-- Closed gaps stay for ever: an index of the open ones alone, by which a subject's are counted without reading the others. It takes the
-- place of one by which open gaps were found whosever they are.
CREATE INDEX "sequence_gap_open" ON "sequence_gap"("scope", "subject") INCLUDE ("first", "last") WHERE "closed_at" IS NULL;
DROP INDEX "sequence_gap_closed_at_idx";
