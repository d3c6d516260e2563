-- AlterTable
ALTER TABLE "AuditEntry" ADD COLUMN "actorCommitment" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "actorSalt" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "afterCommitment" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "afterSalt" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "beforeCommitment" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "beforeSalt" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "hash" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "previousHash" TEXT;
ALTER TABLE "AuditEntry" ADD COLUMN "sequence" INTEGER;

-- CreateTable
CREATE TABLE "AuditHead" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sequence" INTEGER NOT NULL,
    "hash" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "holder" TEXT NOT NULL,
    "token" INTEGER NOT NULL,
    "expiresAtMs" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "endpoint" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "createdAtMs" BIGINT NOT NULL,
    "nextAttemptAtMs" BIGINT NOT NULL,
    "settledAtMs" BIGINT,
    "attemptsInRound" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "WebhookAttempt" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "deliveryId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "startedAtMs" BIGINT NOT NULL,
    "durationMs" INTEGER,
    "status" INTEGER,
    "outcome" TEXT,
    "reason" TEXT,
    "answer" TEXT,
    CONSTRAINT "WebhookAttempt_deliveryId_fkey" FOREIGN KEY ("deliveryId") REFERENCES "WebhookDelivery" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "WebhookDelivery_state_nextAttemptAtMs_idx" ON "WebhookDelivery"("state", "nextAttemptAtMs");

-- CreateIndex
CREATE INDEX "WebhookDelivery_subject_idx" ON "WebhookDelivery"("subject");

-- CreateIndex
CREATE INDEX "WebhookDelivery_createdAtMs_idx" ON "WebhookDelivery"("createdAtMs");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_endpoint_idempotencyKey_key" ON "WebhookDelivery"("endpoint", "idempotencyKey");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookAttempt_deliveryId_number_key" ON "WebhookAttempt"("deliveryId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "AuditEntry_sequence_key" ON "AuditEntry"("sequence");

-- CreateIndex
CREATE UNIQUE INDEX "AuditEntry_previousHash_key" ON "AuditEntry"("previousHash");
