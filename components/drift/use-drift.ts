'use client';

import { useCallback, useMemo } from 'react';
import { useView } from '@/components/shell/use-view';
import { useAddress } from '@/components/ui/address';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/lib/domain/time';

/** Windows of the heat strip and of everything over time. */
export const HEAT_WINDOWS = 24;
/** Windows of quality over time: labels come slowly, so its time is longer. */
export const QUALITY_WINDOWS = 36;

const TABS = ['inputs', 'output', 'arms', 'quality', 'references', 'alerts'] as const;
export type Tab = (typeof TABS)[number];

export const SPANS = { '6h': 6 * HOUR_MS, '24h': DAY_MS, '3d': 3 * DAY_MS, '7d': 7 * DAY_MS } as const;
export type Span = keyof typeof SPANS;

const AGAINST = ['upload', 'training', 'earlier', 'version'] as const;
const SOURCES = ['metrics', 'logs', 'scores'] as const;

/** What of the page stands in the address, beside what every page shares. */
const DRIFT_KEYS = [
  'version',
  'with',
  'withVersion',
  'source',
  'over',
  'labels',
  'tab',
  'feature',
  'find',
  'show',
] as const;
export type DriftPatch = Partial<Record<(typeof DRIFT_KEYS)[number], string | null>>;

const oneOf = <T extends string>(known: readonly T[], text: string | null): T | undefined =>
  known.find((one) => one === text);

const isSpan = (text: string | null): text is Span => text !== null && Object.hasOwn(SPANS, text);

/**
 * What the address asks of a model's inputs and labels. The range is the page's; what is shown over time reaches at
 * least `over` (24 h) and `labels` (3 days) back, since a drift of this hour began before it.
 */
export function useDriftAddress(model: string) {
  const { view, range } = useView();
  const { search, current, write } = useAddress();
  const text = search.toString();
  // A live page moves on by whole minutes: the windows are long, and every question of them costs.
  const endMs = Math.floor(range.endMs / MINUTE_MS) * MINUTE_MS;
  const startMs = Math.min(range.startMs, endMs - MINUTE_MS);
  const own = useMemo(() => {
    const read = new URLSearchParams(text);
    const over = read.get('over');
    const labels = read.get('labels');
    return {
      version: read.get('version') || undefined,
      against: oneOf(AGAINST, read.get('with')),
      againstVersion: read.get('withVersion') || undefined,
      source: oneOf(SOURCES, read.get('source')),
      over: isSpan(over) ? over : ('24h' as const),
      labels: isSpan(labels) ? labels : ('3d' as const),
      tab: oneOf(TABS, read.get('tab')) ?? ('inputs' as const),
      feature: read.get('feature') || null,
      find: read.get('find') ?? '',
      show: read.get('show') === 'moved' ? ('moved' as const) : ('all' as const),
    };
  }, [text]);
  const version = own.version ?? (view.versions.length === 1 ? view.versions[0] : undefined);
  const { against, againstVersion, source } = own;
  const params = useMemo<DriftAsked>(
    () => ({ model, version, against, againstVersion, source, startMs, endMs }),
    [model, version, against, againstVersion, source, startMs, endMs],
  );
  const overTime = useMemo(
    () => ({ startMs: Math.min(startMs, endMs - SPANS[own.over]), endMs }),
    [startMs, endMs, own.over],
  );
  const labelTime = useMemo(
    () => ({ startMs: Math.min(startMs, endMs - SPANS[own.labels]), endMs }),
    [startMs, endMs, own.labels],
  );
  const set = useCallback(
    (patch: DriftPatch, options: { replace?: boolean } = {}) => {
      const next = current();
      for (const [key, value] of Object.entries(patch)) {
        if (value === null || value === undefined || value === '') next.delete(key);
        else next.set(key, value);
      }
      write(next, options.replace ?? true);
    },
    [current, write],
  );
  return { ...own, params, overTime, labelTime, range: { startMs, endMs }, set };
}

export type DriftAddress = ReturnType<typeof useDriftAddress>;
