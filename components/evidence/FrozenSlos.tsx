'use client';

import { useView } from '@/components/shell/use-view';
import { Objectives } from '@/components/slo/SlosPage';
import type { Slos } from '@/lib/contracts/slo';
import { answerOf, type DrawnDocument } from './answer-of';

/** Objectives and budgets as they were. */
export function FrozenSlos({ document }: { document: DrawnDocument }) {
  const { view } = useView();
  return <Objectives slos={answerOf<Slos>(document)} model={view.model} />;
}
