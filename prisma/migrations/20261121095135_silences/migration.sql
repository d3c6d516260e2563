-- CreateTable
CREATE TABLE "Silence" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "source" TEXT NOT NULL,
    "silenceId" TEXT,
    "matchers" TEXT NOT NULL,
    "startsAtMs" BIGINT NOT NULL,
    "endsAtMs" BIGINT NOT NULL,
    "comment" TEXT NOT NULL,
    "incidentId" TEXT,
    "createdById" TEXT NOT NULL,
    "createdByName" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "endedAtMs" BIGINT,
    "endedByName" TEXT
);

-- CreateIndex
CREATE INDEX "Silence_silenceId_idx" ON "Silence"("silenceId");

-- CreateIndex
CREATE INDEX "Silence_createdAtMs_idx" ON "Silence"("createdAtMs");
