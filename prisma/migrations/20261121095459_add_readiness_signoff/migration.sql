-- CreateTable
CREATE TABLE "ReadinessSignoff" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "item" TEXT NOT NULL,
    "model" TEXT,
    "reason" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "signedAtMs" BIGINT NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,
    "withdrawnAtMs" BIGINT,
    "withdrawnByName" TEXT
);

-- CreateIndex
CREATE INDEX "ReadinessSignoff_item_idx" ON "ReadinessSignoff"("item");
