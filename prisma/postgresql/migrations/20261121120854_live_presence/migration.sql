-- CreateTable
CREATE TABLE "LivePresence" (
    "id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "viewerId" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "personName" TEXT NOT NULL,
    "editing" TEXT NOT NULL,
    "openedAtMs" BIGINT NOT NULL,
    "seenAtMs" BIGINT NOT NULL,

    CONSTRAINT "LivePresence_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "LivePresence_topic_idx" ON "LivePresence"("topic");
