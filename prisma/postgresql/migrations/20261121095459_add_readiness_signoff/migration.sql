-- CreateTable
CREATE TABLE "ReadinessSignoff" (
    "id" TEXT NOT NULL,
    "item" TEXT NOT NULL,
    "model" TEXT,
    "reason" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "signedAtMs" BIGINT NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,
    "withdrawnAtMs" BIGINT,
    "withdrawnByName" TEXT,

    CONSTRAINT "ReadinessSignoff_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ReadinessSignoff_item_idx" ON "ReadinessSignoff"("item");
