-- AlterTable
ALTER TABLE "PostmortemAction" ADD COLUMN "checked" TEXT;
ALTER TABLE "PostmortemAction" ADD COLUMN "evidenceId" TEXT;
ALTER TABLE "PostmortemAction" ADD COLUMN "probe" TEXT;
ALTER TABLE "PostmortemAction" ADD COLUMN "verifiedAtMs" BIGINT;
