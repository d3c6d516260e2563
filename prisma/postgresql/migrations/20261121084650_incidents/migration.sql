-- CreateTable
CREATE TABLE "Incident" (
    "id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "model" TEXT,
    "version" TEXT,
    "tags" TEXT NOT NULL,
    "drill" BOOLEAN NOT NULL,
    "originKind" TEXT NOT NULL,
    "originRef" TEXT,
    "declaredAtMs" BIGINT NOT NULL,
    "declaredById" TEXT NOT NULL,
    "declaredByName" TEXT NOT NULL,
    "startedAtMs" BIGINT,
    "detectedAtMs" BIGINT,
    "acknowledgedAtMs" BIGINT,
    "mitigatedAtMs" BIGINT,
    "resolvedAtMs" BIGINT,
    "reviewedAtMs" BIGINT,
    "openKey" TEXT,
    "mergedIntoId" TEXT,
    "searchText" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "activity" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IncidentEntry" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "occurredAtMs" BIGINT NOT NULL,
    "recordedAtMs" BIGINT NOT NULL,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "evidenceId" TEXT,
    "aboutId" TEXT,
    "relation" TEXT,
    "details" TEXT NOT NULL,
    "searchText" TEXT NOT NULL,

    CONSTRAINT "IncidentEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IncidentRole" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "person" TEXT NOT NULL,
    "fromMs" BIGINT NOT NULL,
    "toMs" BIGINT,

    CONSTRAINT "IncidentRole_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IncidentTask" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "owner" TEXT,
    "dueAtMs" BIGINT,
    "state" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "createdById" TEXT NOT NULL,
    "createdByName" TEXT NOT NULL,
    "closedAtMs" BIGINT,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "IncidentTask_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IncidentLink" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "fromId" TEXT NOT NULL,
    "toId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "moved" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "createdById" TEXT NOT NULL,
    "createdByName" TEXT NOT NULL,
    "undoneAtMs" BIGINT,

    CONSTRAINT "IncidentLink_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertEpisode" (
    "id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "startsAtMs" BIGINT NOT NULL,
    "endsAtMs" BIGINT,
    "status" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "labels" TEXT NOT NULL,
    "annotations" TEXT NOT NULL,
    "values" TEXT,
    "generatorUrl" TEXT,
    "skew" TEXT,
    "firstSeenAtMs" BIGINT NOT NULL,
    "lastSeenAtMs" BIGINT NOT NULL,
    "deliveryId" TEXT NOT NULL,
    "incidentId" TEXT,
    "reason" TEXT NOT NULL,
    "searchText" TEXT NOT NULL,

    CONSTRAINT "AlertEpisode_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertDelivery" (
    "id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "receivedAtMs" BIGINT NOT NULL,
    "lastReceivedAtMs" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "sizeBytes" INTEGER NOT NULL,
    "cutBytes" INTEGER NOT NULL,
    "contentType" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "outcome" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "alerts" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "leftOutBySender" INTEGER NOT NULL,
    "receiver" TEXT,
    "done" INTEGER NOT NULL DEFAULT 0,
    "replays" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "AlertDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IncidentContext" (
    "incidentId" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "evidenceId" TEXT,
    "startMs" BIGINT NOT NULL,
    "endMs" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAtMs" BIGINT NOT NULL,
    "capturedAtMs" BIGINT,

    CONSTRAINT "IncidentContext_pkey" PRIMARY KEY ("incidentId","topic")
);

-- CreateTable
CREATE TABLE "ChecklistRun" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "checklistId" TEXT NOT NULL,
    "checklist" TEXT NOT NULL,
    "startedAtMs" BIGINT NOT NULL,
    "startedById" TEXT NOT NULL,
    "startedByName" TEXT NOT NULL,

    CONSTRAINT "ChecklistRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ChecklistResult" (
    "id" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "verifiedBy" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "sentence" TEXT NOT NULL,
    "evidenceId" TEXT,
    "byId" TEXT NOT NULL,
    "byName" TEXT NOT NULL,
    "atMs" BIGINT NOT NULL,

    CONSTRAINT "ChecklistResult_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Postmortem" (
    "incidentId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "owner" TEXT,
    "createdAtMs" BIGINT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Postmortem_pkey" PRIMARY KEY ("incidentId")
);

-- CreateTable
CREATE TABLE "PostmortemSection" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "baseVersion" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "savedAtMs" BIGINT NOT NULL,

    CONSTRAINT "PostmortemSection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PostmortemReview" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "textHash" TEXT NOT NULL,
    "comment" TEXT NOT NULL,
    "byId" TEXT NOT NULL,
    "byName" TEXT NOT NULL,
    "byOnlyAuthor" BOOLEAN NOT NULL,
    "atMs" BIGINT NOT NULL,

    CONSTRAINT "PostmortemReview_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PostmortemAction" (
    "id" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "owner" TEXT,
    "dueAtMs" BIGINT,
    "state" TEXT NOT NULL,
    "link" TEXT,
    "createdAtMs" BIGINT NOT NULL,
    "closedAtMs" BIGINT,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "PostmortemAction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Investigation" (
    "id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "model" TEXT,
    "tags" TEXT NOT NULL,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "changedAtMs" BIGINT NOT NULL,
    "archivedAtMs" BIGINT,
    "copiedFromId" TEXT,
    "cellOrder" TEXT NOT NULL,
    "searchText" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "activity" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Investigation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "InvestigationCell" (
    "id" TEXT NOT NULL,
    "investigationId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "evidenceId" TEXT,
    "authorId" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "editedAtMs" BIGINT,
    "editedByName" TEXT,
    "removedAtMs" BIGINT,
    "searchText" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "InvestigationCell_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "InvestigationAttachment" (
    "investigationId" TEXT NOT NULL,
    "incidentId" TEXT NOT NULL,
    "atMs" BIGINT NOT NULL,

    CONSTRAINT "InvestigationAttachment_pkey" PRIMARY KEY ("investigationId","incidentId")
);

-- CreateIndex
CREATE UNIQUE INDEX "Incident_number_key" ON "Incident"("number");

-- CreateIndex
CREATE UNIQUE INDEX "Incident_openKey_key" ON "Incident"("openKey");

-- CreateIndex
CREATE INDEX "Incident_declaredAtMs_idx" ON "Incident"("declaredAtMs");

-- CreateIndex
CREATE INDEX "Incident_status_declaredAtMs_idx" ON "Incident"("status", "declaredAtMs");

-- CreateIndex
CREATE INDEX "Incident_mergedIntoId_idx" ON "Incident"("mergedIntoId");

-- CreateIndex
CREATE INDEX "IncidentEntry_incidentId_occurredAtMs_seq_idx" ON "IncidentEntry"("incidentId", "occurredAtMs", "seq");

-- CreateIndex
CREATE INDEX "IncidentEntry_aboutId_idx" ON "IncidentEntry"("aboutId");

-- CreateIndex
CREATE INDEX "IncidentEntry_evidenceId_idx" ON "IncidentEntry"("evidenceId");

-- CreateIndex
CREATE UNIQUE INDEX "IncidentEntry_incidentId_seq_key" ON "IncidentEntry"("incidentId", "seq");

-- CreateIndex
CREATE INDEX "IncidentRole_incidentId_idx" ON "IncidentRole"("incidentId");

-- CreateIndex
CREATE INDEX "IncidentTask_incidentId_idx" ON "IncidentTask"("incidentId");

-- CreateIndex
CREATE INDEX "IncidentLink_fromId_idx" ON "IncidentLink"("fromId");

-- CreateIndex
CREATE INDEX "IncidentLink_toId_idx" ON "IncidentLink"("toId");

-- CreateIndex
CREATE INDEX "AlertEpisode_incidentId_status_idx" ON "AlertEpisode"("incidentId", "status");

-- CreateIndex
CREATE INDEX "AlertEpisode_status_startsAtMs_idx" ON "AlertEpisode"("status", "startsAtMs");

-- CreateIndex
CREATE UNIQUE INDEX "AlertEpisode_source_fingerprint_startsAtMs_key" ON "AlertEpisode"("source", "fingerprint", "startsAtMs");

-- CreateIndex
CREATE INDEX "AlertDelivery_receivedAtMs_idx" ON "AlertDelivery"("receivedAtMs");

-- CreateIndex
CREATE INDEX "AlertDelivery_outcome_receivedAtMs_idx" ON "AlertDelivery"("outcome", "receivedAtMs");

-- CreateIndex
CREATE UNIQUE INDEX "AlertDelivery_source_sha256_key" ON "AlertDelivery"("source", "sha256");

-- CreateIndex
CREATE INDEX "IncidentContext_state_nextAtMs_idx" ON "IncidentContext"("state", "nextAtMs");

-- CreateIndex
CREATE INDEX "ChecklistRun_incidentId_idx" ON "ChecklistRun"("incidentId");

-- CreateIndex
CREATE UNIQUE INDEX "ChecklistResult_runId_seq_key" ON "ChecklistResult"("runId", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "PostmortemSection_incidentId_key_version_key" ON "PostmortemSection"("incidentId", "key", "version");

-- CreateIndex
CREATE INDEX "PostmortemReview_incidentId_idx" ON "PostmortemReview"("incidentId");

-- CreateIndex
CREATE INDEX "PostmortemAction_incidentId_idx" ON "PostmortemAction"("incidentId");

-- CreateIndex
CREATE INDEX "PostmortemAction_state_dueAtMs_idx" ON "PostmortemAction"("state", "dueAtMs");

-- CreateIndex
CREATE UNIQUE INDEX "Investigation_number_key" ON "Investigation"("number");

-- CreateIndex
CREATE INDEX "Investigation_changedAtMs_idx" ON "Investigation"("changedAtMs");

-- CreateIndex
CREATE INDEX "InvestigationCell_investigationId_idx" ON "InvestigationCell"("investigationId");

-- CreateIndex
CREATE INDEX "InvestigationCell_evidenceId_idx" ON "InvestigationCell"("evidenceId");

-- CreateIndex
CREATE INDEX "InvestigationAttachment_incidentId_idx" ON "InvestigationAttachment"("incidentId");
