import type { Browser } from 'playwright-core';
import { launchChromium, openPage } from '../chromium';
import { type Figures, median, quantile, round3 } from './figures';
import { largeTraceJson } from './large-trace';
import { countApiBytes, heapMiB, scrollFrames } from './scrolling';
import { residentMiB } from './server';

const SIZES = [1_000, 20_000, 200_000] as const;
type Size = (typeof SIZES)[number];
const RUNS = 5;
/** About 3,600 px a second at 60 frames: a wheel turned without stopping. */
const SCROLL_PX = 60;
const ROW = '[role="treegrid"] [role="row"]';

/** The size of the trace that an id of the bench names; the rest of the id is the run, so that every run is a new trace. */
const SIZE_OF_ID = /\/api\/v2\/traces\/be0c([0-9]{12})[0-9a-f]{16}/;
const traceIdOf = (size: Size, run: number): string =>
  `be0c${String(size).padStart(12, '0')}${(run + 1).toString(16).padStart(16, '0')}`;

/** Answers a Tempo's trace by id for the traces of this bench. Made once of each size: the bench does not time itself. */
export function largeTraces(): (path: string) => Buffer | null {
  const made = new Map<number, Buffer>();
  const startMs = Date.now() - 3_600_000;
  return (path) => {
    const size = Number(SIZE_OF_ID.exec(path)?.[1] ?? Number.NaN);
    if (!SIZES.some((one) => one === size)) return null;
    const known = made.get(size) ?? largeTraceJson(traceIdOf(1_000, 0), size, startMs);
    made.set(size, known);
    return known;
  };
}

interface Drawn {
  drawnMs: number;
  apiKb: number;
  heapMiB: number;
}

/** From the address typed to the first rows drawn, in a browser context of its own with an empty cache. */
async function draw(browser: Browser, consoleUrl: string, traceId: string): Promise<Drawn> {
  const { page, context } = await openPage(browser);
  try {
    const cdp = await context.newCDPSession(page);
    const apiBytes = await countApiBytes(cdp, `${consoleUrl}/api/`);
    const start = performance.now();
    await page.goto(`${consoleUrl}/traces/${traceId}`, { waitUntil: 'commit' });
    await page.locator(ROW).nth(5).waitFor({ timeout: 120_000 });
    const drawnMs = performance.now() - start;
    await page.waitForLoadState('networkidle');
    return { drawnMs, apiKb: apiBytes() / 1_000, heapMiB: await heapMiB(cdp) };
  } finally {
    await context.close();
  }
}

/** Frame times of a trace scrolled with nothing folded, its first 1,800 rows; bytes their windows took, and the heap after. */
async function scroll(browser: Browser, consoleUrl: string, traceId: string) {
  const { page, context } = await openPage(browser);
  try {
    const cdp = await context.newCDPSession(page);
    const apiBytes = await countApiBytes(cdp, `${consoleUrl}/api/`);
    await page.goto(`${consoleUrl}/traces/${traceId}?group=none`);
    await page.locator(ROW).nth(5).waitFor({ timeout: 120_000 });
    await page.waitForLoadState('networkidle');
    const frames: number[] = [];
    for (let pass = 0; pass < 3; pass += 1) frames.push(...(await scrollFrames(page, '[role="treegrid"]', SCROLL_PX)));
    return { frames, apiKb: apiBytes() / 1_000, heapMiB: await heapMiB(cdp) };
  } finally {
    await context.close();
  }
}

/**
 * First rows of traces of three sizes, each read for the first time ("cold": Tempo's JSON fetched and parsed) and again
 * ("warm": the server still has it), and scrolling at 20,000 spans.
 */
export async function measureTraces(consoleUrl: string, pid: number): Promise<Figures> {
  const figures: Figures = {};
  const browser = await launchChromium();
  const serverBefore = residentMiB(pid);
  try {
    await draw(browser, consoleUrl, traceIdOf(1_000, 100));
    const cold = new Map<Size, Drawn[]>(SIZES.map((size) => [size, []]));
    const warm = new Map<Size, Drawn[]>(SIZES.map((size) => [size, []]));
    // In turn, so that a slow spell of the machine hits all sizes.
    for (let run = 0; run < RUNS; run += 1) {
      for (const size of SIZES) {
        cold.get(size)?.push(await draw(browser, consoleUrl, traceIdOf(size, run)));
        warm.get(size)?.push(await draw(browser, consoleUrl, traceIdOf(size, run)));
      }
    }
    const middle = (runs: readonly Drawn[] | undefined, read: (drawn: Drawn) => number) =>
      median((runs ?? []).map(read));
    for (const [kind, runs] of [
      ['Cold', cold],
      ['Warm', warm],
    ] as const) {
      const base = middle(runs.get(1_000), ({ drawnMs }) => drawnMs);
      for (const size of SIZES) {
        const drawnMs = middle(runs.get(size), (drawn) => drawn.drawnMs);
        const name = `trace${size}${kind}`;
        figures[`${name}FirstRowsMs`] = { value: round3(drawnMs), unit: 'ms', note: `median of ${RUNS}` };
        if (size === 1_000) continue;
        const limit = size === 20_000 ? 1.5 : 3;
        figures[`${name}Over1000`] = { value: round3(drawnMs / base), unit: 'ratio', limit };
      }
    }
    for (const size of SIZES) {
      const runs = warm.get(size);
      figures[`trace${size}BytesSent`] = {
        value: round3(middle(runs, ({ apiKb }) => apiKb)),
        unit: 'kB',
        note: 'API answers of the open page, as sent',
      };
      figures[`trace${size}Heap`] = {
        value: round3(middle(runs, (drawn) => drawn.heapMiB)),
        unit: 'MiB',
        note: 'browser',
      };
    }
    const scrolled = await scroll(browser, consoleUrl, traceIdOf(20_000, 0));
    const note = `${scrolled.frames.length} frames of ${SCROLL_PX} px, all rows open`;
    figures.trace20000ScrollP95 = { value: round3(quantile(scrolled.frames, 0.95)), unit: 'ms', limit: 33, note };
    figures.trace20000ScrollP50 = { value: round3(median(scrolled.frames)), unit: 'ms', note };
    figures.trace20000ScrollHeap = { value: round3(scrolled.heapMiB), unit: 'MiB', note: 'browser, after scrolling' };
    figures.trace20000ScrollBytesSent = {
      value: round3(scrolled.apiKb),
      unit: 'kB',
      note: 'with the windows of the 1,800 rows scrolled through',
    };
    figures.serverMemoryBeforeTraces = { value: round3(serverBefore), unit: 'MiB' };
    figures.serverMemoryAfterTraces = {
      value: round3(residentMiB(pid)),
      unit: 'MiB',
      note: `${RUNS} traces of each size were read; parsed traces kept are bounded by 400 MiB`,
    };
    return figures;
  } finally {
    await browser.close();
  }
}
