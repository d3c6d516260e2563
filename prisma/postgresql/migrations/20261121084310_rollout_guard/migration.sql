-- CreateTable
CREATE TABLE "GuardEvaluation" (
    "id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "champion" TEXT,
    "challenger" TEXT,
    "atMs" BIGINT NOT NULL,
    "startMs" BIGINT,
    "dataEndMs" BIGINT,
    "verdict" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "reasons" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "decided" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "violations" INTEGER NOT NULL,
    "countedDataEndMs" BIGINT,
    "policy" TEXT NOT NULL,
    "inputs" BYTEA NOT NULL,
    "inputsSizeBytes" INTEGER NOT NULL,
    "inputsSha256" TEXT NOT NULL,
    "resultSha256" TEXT NOT NULL,
    "consoleVersion" TEXT NOT NULL,
    "evaluatedAtMs" BIGINT NOT NULL,

    CONSTRAINT "GuardEvaluation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GuardAction" (
    "id" TEXT NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "champion" TEXT NOT NULL,
    "challenger" TEXT NOT NULL,
    "atMs" BIGINT NOT NULL,
    "dryRun" BOOLEAN NOT NULL,
    "sentence" TEXT NOT NULL,
    "evaluationId" TEXT NOT NULL,

    CONSTRAINT "GuardAction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GuardSwitch" (
    "scope" TEXT NOT NULL,
    "killed" BOOLEAN NOT NULL,
    "atMs" BIGINT NOT NULL,
    "actorId" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "rearms" INTEGER NOT NULL DEFAULT 0,
    "rearmedAtMs" BIGINT,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "GuardSwitch_pkey" PRIMARY KEY ("scope")
);

-- CreateIndex
CREATE INDEX "GuardEvaluation_atMs_idx" ON "GuardEvaluation"("atMs");

-- CreateIndex
CREATE UNIQUE INDEX "GuardEvaluation_model_atMs_key" ON "GuardEvaluation"("model", "atMs");

-- CreateIndex
CREATE UNIQUE INDEX "GuardAction_idempotencyKey_key" ON "GuardAction"("idempotencyKey");

-- CreateIndex
CREATE UNIQUE INDEX "GuardAction_evaluationId_key" ON "GuardAction"("evaluationId");

-- CreateIndex
CREATE INDEX "GuardAction_model_atMs_idx" ON "GuardAction"("model", "atMs");

-- AddForeignKey
ALTER TABLE "GuardAction" ADD CONSTRAINT "GuardAction_evaluationId_fkey" FOREIGN KEY ("evaluationId") REFERENCES "GuardEvaluation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
