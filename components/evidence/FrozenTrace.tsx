'use client';

import { WholeTrace } from '@/components/trace/WholeTrace';
import type { Trace } from '@/lib/contracts/trace';
import { answerOf, type DrawnDocument } from './answer-of';

const nothing = (): void => undefined;

/** A trace as it was: its rows, log lines, flame graph and the spans that mattered. */
export function FrozenTrace({ document }: { document: DrawnDocument }) {
  return <WholeTrace trace={answerOf<Trace>(document)} onRefresh={nothing} isRefreshing={false} />;
}
