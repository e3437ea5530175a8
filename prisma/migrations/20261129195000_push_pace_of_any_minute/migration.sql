-- Which minute it was the pace of is nobody's concern a minute later.
ALTER TABLE "alert_push_pace" DROP COLUMN "since",
DROP COLUMN "told",
ADD COLUMN     "told_at" TIMESTAMPTZ(3)[];
