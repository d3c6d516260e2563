import { readFileSync } from 'node:fs';
import { Fleet } from '@/lib/contracts/fleet';
import type { Why } from '@/lib/contracts/why';
import { snapRange, stepForRange } from '@/lib/domain/time';
import type { CountingProxy } from './counting-proxy';
import { type Figures, median, round3, timed } from './figures';

const HOUR_MS = 3_600_000;
const RUNS = 25;

const asQuery = (params: Record<string, string | number>): string =>
  new URLSearchParams(Object.entries(params).map(([key, value]) => [key, String(value)])).toString();

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The queries of one overview, sent to the source as the console sends them: all at once, each read to its end. */
function sendDirectly(labUrl: string, queries: readonly Why[]): Promise<unknown> {
  return Promise.all(
    queries
      .filter((why) => why.language === 'promql')
      .map(async (why) => {
        const params = new URLSearchParams({ query: why.query });
        if (why.stepMs === null) params.set('time', String(why.endMs / 1_000));
        else {
          params.set('start', String(why.startMs / 1_000));
          params.set('end', String(why.endMs / 1_000));
          params.set('step', String(why.stepMs / 1_000));
        }
        const path = why.stepMs === null ? 'query' : 'query_range';
        const response = await fetch(`${labUrl}/prometheus/api/v1/${path}`, { method: 'POST', body: params });
        if (!response.ok) throw new Error(`${why.query}: ${await response.text()}`);
        await response.json();
      }),
  );
}

/**
 * Route time over direct upstream time on the overview query. Each run has a range of its own, in the past, so that
 * neither side is served from a cache; the two are taken in turn, so that a slow spell of the machine hits both.
 */
export async function measureRouteRatio(consoleUrl: string, labUrl: string): Promise<Figures> {
  const ratios: number[] = [];
  const routeTimes: number[] = [];
  const base = Math.floor(Date.now() / 60_000) * 60_000 - 2 * HOUR_MS;
  for (let run = 0; run < RUNS + 3; run += 1) {
    const endMs = base - run * 7 * 60_000;
    const url = `${consoleUrl}/api/fleet?${asQuery({ startMs: endMs - HOUR_MS, endMs })}`;
    let answer: unknown;
    const routeMs = await timed(async () => {
      answer = await getJson(url);
    });
    // Parsing by the contract is the bench's work, not the route's, so it stays outside of its time.
    const queries = Fleet.parse(answer).why;
    const directMs = await timed(() => sendDirectly(labUrl, queries));
    if (run < 3) continue;
    routeTimes.push(routeMs);
    ratios.push(routeMs / directMs);
  }
  return {
    overviewRouteOverDirect: {
      value: round3(median(ratios)),
      unit: 'ratio',
      limit: 1.3,
      note: `median of ${RUNS} pairs`,
    },
    overviewRouteMs: { value: round3(median(routeTimes)), unit: 'ms' },
  };
}

/** Every request the overview page makes, for one viewer. */
function overviewUrls(consoleUrl: string, endMs: number): string[] {
  const range = snapRange({ startMs: endMs - HOUR_MS, endMs }, stepForRange(HOUR_MS));
  return ['fleet', 'fleet/choices', 'events', 'jobs'].map((path) => `${consoleUrl}/api/${path}?${asQuery(range)}`);
}

/** Upstream requests that 100 viewers of the same hour cause over those of one. */
export async function measureViewerRatio(consoleUrl: string, proxy: CountingProxy): Promise<Figures> {
  const view = async (viewers: number): Promise<number> => {
    const urls = overviewUrls(consoleUrl, Date.now());
    proxy.reset();
    await Promise.all(Array.from({ length: viewers }, () => Promise.all(urls.map(getJson))));
    return proxy.count();
  };
  await view(1);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 31_000));
  await pause();
  const one = await view(1);
  await pause();
  const hundred = await view(100);
  return {
    upstreamRequestsOfOneViewer: { value: one, unit: 'requests' },
    upstreamRequestsOf100Viewers: { value: hundred, unit: 'requests' },
    viewersRatio: { value: round3(hundred / one), unit: 'ratio', limit: 1.2 },
  };
}

/** Resident memory of a process, MiB. */
export const residentMiB = (pid: number): number => {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
};

/** Server memory after `minutes` of 20 viewers who look at an overview and a model page every 30 seconds. */
export async function measureSoak(consoleUrl: string, pid: number, minutes: number): Promise<Figures> {
  const before = residentMiB(pid);
  const endAt = Date.now() + minutes * 60_000;
  const viewer = async (index: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, index * 1_500));
    while (Date.now() < endAt) {
      const urls = overviewUrls(consoleUrl, Date.now());
      const range = new URL(urls[0] ?? consoleUrl).search;
      const panels = ['summary', 'traffic', 'latency', 'heatmap', 'stages', 'errors', 'in-flight'];
      await Promise.all([
        ...urls.map(getJson),
        ...panels.map((panel) => getJson(`${consoleUrl}/api/models/fraud_detector/${panel}${range}`)),
      ]);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(30_000, endAt - Date.now()))));
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, index) => viewer(index)));
  return {
    serverMemoryBefore: { value: round3(before), unit: 'MiB' },
    serverMemoryAfterSoak: { value: round3(residentMiB(pid)), unit: 'MiB', note: `${minutes} minutes of 20 viewers` },
  };
}
