'use client';

import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { AddressContext } from '@/components/ui/address';
import { QueryState } from '@/components/ui/QueryState';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
import { apiQuery } from '@/lib/queries/api';
import { FrozenPanels } from './FrozenPanels';
import { useHeldAddress } from './use-held-address';

/** A question as a pin keeps it, asked now: what draws the answer, its endpoint, and the page it would stand on. */
export interface LiveQuestion {
  kind: EvidenceKind;
  path: string;
  params: EvidenceParams;
  look: { pathname: string; search: string };
}

const HEIGHT = 240;

/** The answer to a live question, for who shows when it came. */
export const liveAnswerQuery = ({ path, params }: LiveQuestion) => apiQuery<unknown>(path, params);

/** An address of its own for the panels within, which ask by the page's own cache. */
function LiveFrame({ look, children }: { look: LiveQuestion['look']; children: ReactNode }) {
  return <AddressContext value={useHeldAddress(look)}>{children}</AddressContext>;
}

/** A question's answer of now, drawn by the same panels as a pin of it. */
export function LivePanels({ question }: { question: LiveQuestion }) {
  const { kind, path, params, look } = question;
  const answer = useQuery(liveAnswerQuery(question));
  const model = useMemo(() => new URLSearchParams(look.search).get('model'), [look.search]);
  return (
    <LiveFrame look={look}>
      <QueryState query={answer} height={HEIGHT}>
        {(told) => <FrozenPanels document={{ kind, model, parts: [{ path, params, answer: told }] }} />}
      </QueryState>
    </LiveFrame>
  );
}
