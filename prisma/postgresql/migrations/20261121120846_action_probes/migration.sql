-- AlterTable
ALTER TABLE "PostmortemAction" ADD COLUMN     "checked" TEXT,
ADD COLUMN     "evidenceId" TEXT,
ADD COLUMN     "probe" TEXT,
ADD COLUMN     "verifiedAtMs" BIGINT;
