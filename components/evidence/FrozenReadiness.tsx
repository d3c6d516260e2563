'use client';

import { Readiness } from '@/components/readiness/ReadinessPage';
import type { ReadinessReport } from '@/lib/contracts/readiness';
import { answerOf, type DrawnDocument } from './answer-of';

/** Whether telemetry deserved trust, as it was: nothing is judged or signed anew. */
export const FrozenReadiness = ({ document }: { document: DrawnDocument }) => (
  <Readiness report={answerOf<ReadinessReport>(document)} />
);
