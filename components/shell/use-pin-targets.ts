'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addEntry, incidentsQuery } from '@/lib/queries/incidents';
import { addCell, investigationsQuery } from '@/lib/queries/investigations';

/** Where a pin may go besides staying a link; `value` is "incident:ID" or "investigation:ID". */
export interface PinTarget {
  value: string;
  name: string;
  path: string;
}

/** No incident and no investigation: the link alone. */
export const LINK_ONLY = '';

const OPEN = 'triage,active,mitigated';
const MAX_LISTED = 20;

/** What the last pin of this page went to: somebody who gathers evidence gathers it in one place. */
let lastTarget = LINK_ONLY;

/** Open incidents and investigations a pin can stand in, and the write that puts it there. */
export function usePinTargets() {
  const client = useQueryClient();
  const incidents = useQuery(incidentsQuery({ status: OPEN, limit: MAX_LISTED }));
  const investigations = useQuery(investigationsQuery({ limit: MAX_LISTED }));
  const targets: PinTarget[] = [
    ...(incidents.data?.incidents ?? []).map(({ id, number, title }) => ({
      value: `incident:${id}`,
      name: `INC-${number} ${title}`,
      path: `/incidents/${number}`,
    })),
    ...(investigations.data?.investigations ?? []).map(({ id, number, title }) => ({
      value: `investigation:${id}`,
      name: `Investigation ${number}: ${title}`,
      path: `/investigations/${number}`,
    })),
  ];
  const [chosen, setChosen] = useState(lastTarget);
  const target = targets.find(({ value }) => value === chosen) ?? null;
  // Made once: what is put there twice by a second press is there once.
  const [placeId] = useState(() => crypto.randomUUID());
  const entry = useMutation(addEntry(client));
  const cell = useMutation(addCell(client));

  /** Puts a pin where it was meant to go; does nothing where it is to stay a link. */
  const put = async (evidenceId: string, text: string): Promise<void> => {
    if (target === null) return;
    lastTarget = target.value;
    const [kind, id = ''] = target.value.split(':');
    if (kind === 'incident') {
      await entry.mutateAsync({ incidentId: id, id: placeId, kind: 'fact', text, evidenceId });
    } else {
      const content = { kind: 'evidence' } as const;
      await cell.mutateAsync({
        investigationId: id,
        id: placeId,
        title: text.slice(0, 200),
        content,
        state: 'frozen',
        evidenceId,
      });
    }
  };
  return {
    targets,
    target,
    choose: (value: string) => {
      lastTarget = value;
      setChosen(value);
    },
    put,
    isPutting: entry.isPending || cell.isPending,
    error: entry.error ?? cell.error,
    /** Why the list is shorter than it might be; null when all of it came. */
    gap: incidents.error?.message ?? investigations.error?.message ?? null,
  };
}
