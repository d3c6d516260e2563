'use client';

import { createContext, useContext, useEffect, useRef } from 'react';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
import { AddressContext } from './address';

/** What a panel would be kept as: its kind, and the question it asks. */
export interface Pin {
  kind: EvidenceKind;
  path: string;
  params: EvidenceParams;
  /** Paths whose answers, as far as they are on the screen, are kept with it. */
  beside?: readonly string[];
}

type Flat = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

const flat = (params: Flat): EvidenceParams =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]): [string, string | number | boolean][] => {
      if (value === undefined || value === '') return [];
      return [[name, typeof value === 'object' ? value.join(',') : value]];
    }),
  );

/** A pin of a query: its key is the path below /api and the parameters, which is all there is to a question. */
export const pinOf = (
  kind: EvidenceKind,
  { queryKey: [path, params] }: { queryKey: readonly [string, Flat] },
): Pin => ({
  kind,
  path,
  params: flat(params),
});

/** What the panels of a page are kept as that all draw one answer: a trace, a comparison. Null: each names its own. */
export const PinContext = createContext<Pin | null>(null);

/** The panel's own pin, else that of the answer it is a part of. */
export function usePin(own: Pin | undefined): Pin | null {
  const around = useContext(PinContext);
  return own ?? around;
}

/** A panel on the page that can be pinned. */
export interface PinnablePanel {
  title: string;
  pin: Pin;
  /** The address it takes its settings from where that is not the browser's: a panel in a cell of an investigation. */
  look?: { pathname: string; search: string } | undefined;
}

const panels = new Map<Element, () => PinnablePanel | null>();
let under: Element | null = null;

/** The panel that holds the focus, else the one under the pointer; null where neither can be pinned. */
export function panelInSight(): PinnablePanel | null {
  const focused = document.activeElement?.closest('[data-pinnable]') ?? null;
  const element = focused ?? under;
  return element === null ? null : (panels.get(element)?.() ?? null);
}

/** What of a panel is kept, with the address it stands at; null where there is nothing to keep. */
export function usePinnablePanel(title: string, pin: Pin | null): PinnablePanel | null {
  const held = useContext(AddressContext);
  if (pin === null) return null;
  return { title, pin, look: held === null ? undefined : { pathname: held.pathname, search: held.search.toString() } };
}

/** Makes the element a panel that the key `p` finds. Within a frozen copy, and without a pin, it is none. */
export function usePinnable(panel: PinnablePanel | null) {
  const element = useRef<HTMLElement>(null);
  const latest = useRef(panel);
  useEffect(() => {
    latest.current = panel;
  });
  // The pointer, which React does not know of when a key is pressed.
  useEffect(() => {
    const own = element.current;
    if (own === null) return;
    panels.set(own, () => latest.current);
    return () => {
      panels.delete(own);
      if (under === own) under = null;
    };
  }, []);
  return {
    ref: element,
    'data-pinnable': panel === null ? undefined : '',
    onPointerEnter: () => {
      under = element.current;
    },
    onPointerLeave: () => {
      if (under === element.current) under = null;
    },
  };
}
