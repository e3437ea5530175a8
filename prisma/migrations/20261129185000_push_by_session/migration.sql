-- AlterTable
ALTER TABLE "push_subscription" ADD COLUMN     "session_id" TEXT;
