'use client';

import { useCallback, useMemo } from 'react';
import { useView } from '@/components/shell/use-view';
import { useAddress } from '@/components/ui/address';
import { type FieldFilter, readFilter, writeFilter } from '@/lib/contracts/log-filter';
import type { Direction, LogFilterInput } from '@/lib/contracts/logs';

/** What the Logs page shows besides range and model; every part of it stands in the address. */
export interface LogView {
  /** LogQL as the reader wrote it; null while the builder writes it. */
  query: string | null;
  services: readonly string[];
  levels: readonly string[];
  text: string;
  where: readonly FieldFilter[];
  direction: Direction;
  columns: readonly string[];
  isWrapped: boolean;
  isRaw: boolean;
  isLive: boolean;
  tab: 'lines' | 'patterns';
  /** Id of the opened line. */
  line: string | null;
}

const list = (text: string | null): string[] => (text ?? '').split(',').filter(Boolean);

function readView(search: URLSearchParams): LogView {
  return {
    query: search.get('q'),
    services: list(search.get('service')),
    levels: list(search.get('level')),
    text: search.get('text') ?? '',
    where: list(search.get('where'))
      .map(readFilter)
      .filter((filter) => filter !== null),
    direction: search.get('order') === 'forward' ? 'forward' : 'backward',
    columns: list(search.get('cols')),
    isWrapped: search.get('wrap') === '1',
    isRaw: search.get('raw') === '1',
    isLive: search.get('live') === '1',
    tab: search.get('tab') === 'patterns' ? 'patterns' : 'lines',
    line: search.get('line'),
  };
}

function writeView(view: LogView, search: URLSearchParams): void {
  const put = (name: string, text: string | null) => {
    if (text === null || text === '') search.delete(name);
    else search.set(name, text);
  };
  put('q', view.query);
  put('service', view.services.join(','));
  put('level', view.levels.join(','));
  put('text', view.text);
  put('where', view.where.map(writeFilter).join(','));
  put('order', view.direction === 'forward' ? 'forward' : null);
  put('cols', view.columns.join(','));
  put('wrap', view.isWrapped ? '1' : null);
  put('raw', view.isRaw ? '1' : null);
  put('live', view.isLive ? '1' : null);
  put('tab', view.tab === 'patterns' ? 'patterns' : null);
  put('line', view.line);
}

/** The state of the Logs page from the address, how to change it, and the filter as the server takes it. */
export function useLogView() {
  const { search, current, write } = useAddress();
  const { view: shell } = useView();
  const view = useMemo(() => readView(search), [search]);
  const setLogView = useCallback(
    (patch: Partial<LogView>, options: { replace?: boolean } = {}) => {
      const next = current();
      writeView({ ...readView(next), ...patch }, next);
      write(next, options.replace ?? false);
    },
    [current, write],
  );
  const { model } = shell;
  const filter = useMemo<LogFilterInput>(() => {
    const where = view.where.map(writeFilter).join(',');
    const behind = where === '' ? {} : { where };
    if (view.query !== null) return { query: view.query, ...behind };
    return {
      ...(model === undefined ? {} : { model }),
      ...(view.services.length === 0 ? {} : { service: view.services.join(',') }),
      ...(view.levels.length === 0 ? {} : { level: view.levels.join(',') }),
      ...(view.text === '' ? {} : { text: view.text }),
      ...behind,
    };
  }, [view, model]);
  return { view, setLogView, filter };
}
