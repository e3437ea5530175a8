-- When the object in an archive was last read back whole and found right; null: never since this column is there.
ALTER TABLE "segment_copy" ADD COLUMN "read_back_at" TIMESTAMPTZ(3);
