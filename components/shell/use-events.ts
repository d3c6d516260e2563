'use client';

import { useQuery } from '@tanstack/react-query';
import type { ChangeEvent } from '@/lib/contracts/event';
import { eventsQuery } from '@/lib/queries/events';
import { useView } from './use-view';

const NONE: readonly ChangeEvent[] = [];

/** What happened in the range, of the model looked at or of all: one question for every chart of the page. */
export function useEvents() {
  const { range, view } = useView();
  const query = useQuery(eventsQuery({ startMs: range.startMs, endMs: range.endMs, model: view.model }));
  return { events: query.data?.events ?? NONE, gaps: query.data?.gaps ?? [], error: query.error };
}
