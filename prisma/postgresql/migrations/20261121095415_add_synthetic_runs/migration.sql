-- CreateTable
CREATE TABLE "SyntheticRun" (
    "id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "requestId" TEXT NOT NULL,
    "traceId" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "askedByName" TEXT,
    "askedAtMs" BIGINT NOT NULL,
    "sentAtMs" BIGINT,
    "settledAtMs" BIGINT,
    "outcome" TEXT NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "SyntheticRun_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SyntheticRun_model_askedAtMs_idx" ON "SyntheticRun"("model", "askedAtMs");

-- CreateIndex
CREATE INDEX "SyntheticRun_settledAtMs_askedAtMs_idx" ON "SyntheticRun"("settledAtMs", "askedAtMs");
