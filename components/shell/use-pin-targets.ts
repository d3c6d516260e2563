'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addEntry, incidentsQuery } from '@/lib/queries/incidents';
import { addCell, createInvestigation, investigationsQuery } from '@/lib/queries/investigations';

/** Where a pin may go besides staying a link; `value` is "incident:ID", "investigation:ID" or NEW_INVESTIGATION. */
export interface PinTarget {
  value: string;
  name: string;
  /** Of one that is yet to be begun: that of the list. */
  path: string;
}

const NEW_INVESTIGATION = 'new';
const NEW_TARGET: PinTarget = { value: NEW_INVESTIGATION, name: 'A new investigation', path: '/investigations' };
const MAX_TITLE = 200;

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
    NEW_TARGET,
  ];
  const [chosen, setChosen] = useState(lastTarget);
  const target = targets.find(({ value }) => value === chosen) ?? null;
  // Made once: what is put there twice by a second press is there once.
  const [placeId] = useState(() => crypto.randomUUID());
  const entry = useMutation(addEntry(client));
  const cell = useMutation(addCell(client));
  const begin = useMutation(createInvestigation(client));
  const [newId] = useState(() => crypto.randomUUID());
  const [begun, setBegun] = useState<PinTarget | null>(null);

  /** The investigation to put a pin into: that which was chosen, or one that begins with it. */
  const placeIn = async (chosenTarget: PinTarget, title: string): Promise<PinTarget> => {
    if (chosenTarget.value !== NEW_INVESTIGATION) return chosenTarget;
    // The same id until it is there: a second press begins nothing twice.
    const { id, number, title: name } = await begin.mutateAsync({ id: newId, title: title.slice(0, MAX_TITLE) });
    const made = {
      value: `investigation:${id}`,
      name: `Investigation ${number}: ${name}`,
      path: `/investigations/${number}`,
    };
    setBegun(made);
    return made;
  };

  /** Puts a pin where it was meant to go; does nothing where it is to stay a link. */
  const put = async (evidenceId: string, text: string): Promise<void> => {
    if (target === null) return;
    const place = await placeIn(target, text);
    lastTarget = place.value;
    const [kind, id = ''] = place.value.split(':');
    if (kind === 'incident') {
      await entry.mutateAsync({ incidentId: id, id: placeId, kind: 'fact', text, evidenceId });
    } else {
      const content = { kind: 'evidence' } as const;
      await cell.mutateAsync({
        investigationId: id,
        id: placeId,
        title: text.slice(0, MAX_TITLE),
        content,
        state: 'frozen',
        evidenceId,
      });
    }
  };
  return {
    targets,
    /** What was chosen; of a new investigation, once it has begun, that one. */
    target: target?.value === NEW_INVESTIGATION ? (begun ?? target) : target,
    /** The choice as the list has it. */
    chosen: target?.value ?? LINK_ONLY,
    choose: (value: string) => {
      // One that begins is remembered once it has begun, by its own name.
      if (value !== NEW_INVESTIGATION) lastTarget = value;
      setChosen(value);
    },
    put,
    isPutting: entry.isPending || cell.isPending || begin.isPending,
    error: begin.error ?? entry.error ?? cell.error,
    /** Why the list is shorter than it might be; null when all of it came. */
    gap: incidents.error?.message ?? investigations.error?.message ?? null,
  };
}
