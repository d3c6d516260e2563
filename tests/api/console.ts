import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertmanagerEngine } from '@/lab/alertmanager/engine';
import { Fleet, type FleetOptions } from '@/lab/fleet/fleet';
import type { LabEngine } from '@/lab/http';
import { lokiEngine } from '@/lab/loki/engine';
import { prometheusEngine } from '@/lab/prometheus/engine';
import { tempoEngine } from '@/lab/tempo/engine';
import type { RouteHandler } from '@/lib/server/route';
import { serveEngines } from '../serve-engines';

/** A lab that stands still: the same answers in every run. */
export const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);

export interface Lab {
  url: string;
  /** Requests that reached an engine since the last look, and forgets them. */
  taken(): { engine: string; path: string; query: string | null }[];
  close(): Promise<void>;
}

/** `fault`: which engine is down now, or for which query. `telling`: the story of the fleet, and what is wrong with its telemetry. */
export async function startLab(
  historyMs: number,
  fault: (engine: string, query: string | null) => boolean = () => false,
  telling: Pick<FleetOptions, 'story' | 'faults'> = {},
): Promise<Lab> {
  const fleet = new Fleet({ seed: 20_260, historyMs, startMs: NOW_MS, now: () => NOW_MS, ...telling });
  let seen: { engine: string; path: string; query: string | null }[] = [];
  const watched =
    (name: string, engine: LabEngine): LabEngine =>
    (request) => {
      seen.push({ engine: name, path: request.path, query: request.params.get('query') });
      if (fault(name, request.params.get('query')))
        return { status: 500, headers: { 'content-type': 'text/plain' }, body: 'down for a test' };
      return engine(request);
    };
  const server = await serveEngines(
    {
      prometheus: watched('prometheus', prometheusEngine(fleet.metrics)),
      loki: watched('loki', lokiEngine(fleet.logs)),
      tempo: watched('tempo', tempoEngine(fleet.traces)),
      alertmanager: watched('alertmanager', alertmanagerEngine(fleet.metrics)),
    },
    () => NOW_MS,
  );
  return {
    url: server.url,
    taken: () => {
      const all = seen;
      seen = [];
      return all;
    },
    close: server.close,
  };
}

/** Points the process at a configuration of its own. */
export function useConfig(yaml: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'windsock-api-'));
  const file = join(directory, 'windsock.yaml');
  writeFileSync(file, yaml);
  process.env.WINDSOCK_CONFIG = file;
  process.env.DATABASE_URL = `file:${join(directory, 'windsock.db')}`;
}

/** Calls a route as Next.js would: path parameters apart from the query. */
export async function call(
  handler: RouteHandler,
  asked: { path?: Record<string, string>; query?: Record<string, string | number> } = {},
): Promise<{ status: number; body: unknown }> {
  const url = new URL('http://127.0.0.1/api/test');
  for (const [name, value] of Object.entries(asked.query ?? {})) url.searchParams.set(name, String(value));
  const response = await handler(new Request(url), { params: Promise.resolve(asked.path ?? {}) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}
