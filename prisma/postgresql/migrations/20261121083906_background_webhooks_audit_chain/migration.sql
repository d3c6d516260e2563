-- AlterTable
ALTER TABLE "AuditEntry" ADD COLUMN     "actorCommitment" TEXT,
ADD COLUMN     "actorSalt" TEXT,
ADD COLUMN     "afterCommitment" TEXT,
ADD COLUMN     "afterSalt" TEXT,
ADD COLUMN     "beforeCommitment" TEXT,
ADD COLUMN     "beforeSalt" TEXT,
ADD COLUMN     "hash" TEXT,
ADD COLUMN     "previousHash" TEXT,
ADD COLUMN     "sequence" INTEGER;

-- CreateTable
CREATE TABLE "AuditHead" (
    "id" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "token" INTEGER NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL,
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
    "attemptsInRound" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookAttempt" (
    "id" TEXT NOT NULL,
    "deliveryId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "startedAtMs" BIGINT NOT NULL,
    "durationMs" INTEGER,
    "status" INTEGER,
    "outcome" TEXT,
    "reason" TEXT,
    "answer" TEXT,

    CONSTRAINT "WebhookAttempt_pkey" PRIMARY KEY ("id")
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

-- AddForeignKey
ALTER TABLE "WebhookAttempt" ADD CONSTRAINT "WebhookAttempt_deliveryId_fkey" FOREIGN KEY ("deliveryId") REFERENCES "WebhookDelivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;
