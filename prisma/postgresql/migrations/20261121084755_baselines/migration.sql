-- CreateTable
CREATE TABLE "Baseline" (
    "id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "fileName" TEXT,
    "sha256" TEXT NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "features" INTEGER NOT NULL,
    "rows" DOUBLE PRECISION NOT NULL,
    "content" TEXT NOT NULL,
    "notes" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,

    CONSTRAINT "Baseline_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Baseline_model_createdAtMs_idx" ON "Baseline"("model", "createdAtMs");

-- CreateIndex
CREATE UNIQUE INDEX "Baseline_model_version_sha256_key" ON "Baseline"("model", "version", "sha256");
