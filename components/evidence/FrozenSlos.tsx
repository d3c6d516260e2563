'use client';

import { useView } from '@/components/shell/use-view';
import { Objectives } from '@/components/slo/SlosPage';
import type { FrozenDocument } from '@/lib/contracts/evidence';
import type { Slos } from '@/lib/contracts/slo';
import { answerOf } from './answer-of';

/** Objectives and budgets as they were. */
export function FrozenSlos({ document }: { document: FrozenDocument }) {
  const { view } = useView();
  return <Objectives slos={answerOf<Slos>(document)} model={view.model} />;
}
