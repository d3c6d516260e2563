'use client';

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { useFrozen } from '@/components/ui/frozen';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import type { AnswerText } from '@/lib/contracts/answer';
import type { Consequence, DriftHeat, DriftReport, Onset } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import type { Quality } from '@/lib/contracts/quality';
import { driftAnswer } from '@/lib/domain/drift-answer';
import { isCalled } from '@/lib/domain/drift-verdict';
import { qualityAnswer } from '@/lib/domain/quality-answer';
import { rankOf } from '@/lib/domain/status';
import { type ApiError, toApiError } from '@/lib/queries/api';
import { driftConsequencesQuery } from '@/lib/queries/drift';

const HEIGHT = 46;

/** Effects on the score, asked for once something moved: they read logs, and nobody wakes for a quiet feature. */
export function useConsequences(report: DriftReport | undefined, params: DriftAsked) {
  const isMoved = report?.features.some(({ state }) => isCalled(state)) ?? false;
  const query = useQuery({ ...driftConsequencesQuery(params), enabled: isMoved });
  const rows = query.data?.rows;
  const byFeature = useMemo(
    () => new Map<string, Consequence>((rows ?? []).map(({ feature, consequence }) => [feature, consequence])),
    [rows],
  );
  return { query, byFeature };
}

/** The sentences of the page: what moved, since when, what it does; then labels, quality and the weak cohort. */
export function DriftSentences({
  report,
  heat,
  quality,
  params,
}: {
  report: UseQueryResult<DriftReport, ApiError>;
  heat: DriftHeat | undefined;
  quality: UseQueryResult<Quality, ApiError>;
  params: DriftAsked;
}) {
  const { zone } = useZone();
  const { byFeature } = useConsequences(report.data, params);
  const began = useMemo(
    () => new Map<string, Onset | null>((heat?.rows ?? []).map((row) => [row.feature, row.began])),
    [heat],
  );
  const isFrozen = useFrozen() !== null;
  // A copy that was made without quality says nothing of it: that it was not kept is no failure of now.
  const unsaid = isFrozen ? [] : failureOf(quality.error);
  const onQuality = quality.data === undefined ? unsaid : qualityAnswer(quality.data, zone);
  return (
    <QueryState query={report} height={HEIGHT}>
      {(data) => (
        <AnswerLine
          answer={[
            ...driftAnswer(data, { began, consequences: byFeature, zone, endMs: data.endMs }),
            ...onQuality,
          ].sort((a, b) => rankOf(a.status) - rankOf(b.status))}
        />
      )}
    </QueryState>
  );
}

/** What is said of quality while it is not there: nothing while it loads, the reason once it failed. */
function failureOf(error: ApiError | null): AnswerText {
  if (error === null) return [];
  return [
    { status: 'unknown', parts: [{ text: `Quality cannot be said now. ${toApiError(error).message}`, tone: 'value' }] },
  ];
}
