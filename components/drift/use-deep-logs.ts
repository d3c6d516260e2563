'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import type { DriftReport } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { toApiError } from '@/lib/queries/api';
import { type LogsProgress, readDriftLogs } from '@/lib/queries/drift-logs';

export type DeepLogs =
  | { kind: 'idle' }
  | { kind: 'running'; progress: LogsProgress | null }
  | { kind: 'done'; report: DriftReport; asked: DriftAsked }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string };

/**
 * Reading many prediction lines, on demand: its progress, its report, and how to stop it. Leaving the page stops it too.
 * A report is that of the question it was asked for, and of no later one.
 */
export function useDeepLogs() {
  const [state, setState] = useState<DeepLogs>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setState({ kind: 'stopped' });
  }, []);
  const start = useCallback(async (asked: DriftAsked) => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setState({ kind: 'running', progress: null });
    try {
      const report = await readDriftLogs(asked, own.signal, (progress) => {
        if (running.current === own) setState({ kind: 'running', progress });
      });
      if (running.current === own) setState({ kind: 'done', report, asked });
    } catch (error) {
      if (running.current === own) setState({ kind: 'failed', message: toApiError(error).message });
    }
  }, []);
  // The stream: it ends with the page, and with it every query of the server.
  useEffect(() => () => running.current?.abort(), []);
  return { state, start, stop };
}
