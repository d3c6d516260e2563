-- CreateTable
CREATE TABLE "Evidence" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "model" TEXT,
    "startMs" BIGINT,
    "endMs" BIGINT,
    "summary" TEXT NOT NULL,
    "content" BLOB NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "frozenById" TEXT NOT NULL,
    "frozenByName" TEXT NOT NULL,
    "frozenAtMs" BIGINT NOT NULL
);

-- CreateIndex
CREATE INDEX "Evidence_frozenAtMs_idx" ON "Evidence"("frozenAtMs");

-- CreateIndex
CREATE INDEX "Evidence_model_frozenAtMs_idx" ON "Evidence"("model", "frozenAtMs");
