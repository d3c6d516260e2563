import { gzipSync } from 'node:zlib';
import { launchChromium, openPage } from '../chromium';
import { type Figures, median, round3 } from './figures';
import { type LoggedRequest, loggedRequests } from './requests';

const COLD_RUNS = 5;

interface MeasuredPage {
  name: string;
  path: string;
  /** What is there once the page says something: its numbers, not its frame. */
  ready: string;
}

const OVERVIEW: MeasuredPage = { name: 'overview', path: '/', ready: 'table[aria-label="Fleet"] a' };

const pagesOf = ({ requestId, traceId }: LoggedRequest): readonly MeasuredPage[] => [
  OVERVIEW,
  { name: 'model', path: '/models/fraud_detector', ready: 'canvas' },
  { name: 'settings', path: '/settings/sources', ready: 'table[aria-label="Sources"] td' },
  { name: 'traces', path: '/traces', ready: 'table[aria-label="Traces"] a, [aria-label="Traces"] [role="row"] a' },
  { name: 'trace', path: `/traces/${traceId}`, ready: '[role="treegrid"] [role="row"]' },
  { name: 'logs', path: '/logs?model=fraud_detector', ready: 'section[aria-label="Log lines"] li' },
  { name: 'request', path: `/requests/${requestId}`, ready: 'ol[aria-label="Spans and log lines in time"] li' },
  { name: 'compare', path: '/compare?model=fraud_detector', ready: 'svg[role="img"][aria-label]' },
];

/** Parts that a page loads apart, by what they name in their own source. */
const APART = { charts: 'echarts', editor: 'cm-content' } as const;
type Part = keyof typeof APART | 'app';

function partOf(body: Buffer): Part {
  if (body.includes(APART.charts) && body.byteLength > 200_000) return 'charts';
  return body.includes(APART.editor) && body.byteLength > 100_000 ? 'editor' : 'app';
}

/** Scripts a page has loaded by the time its content is there: gzip bytes, those of charts and editors apart. */
async function firstLoad(
  consoleUrl: string,
  { path, ready }: MeasuredPage,
): Promise<Record<Part, number> & { drawnMs: number }> {
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser);
    const scripts: Promise<{ bytes: number; part: Part }>[] = [];
    page.on('response', (response) => {
      if (!/\.js(\?|$)/.test(response.url())) return;
      scripts.push(
        response.body().then((body) => ({
          bytes: gzipSync(body, { level: 6 }).byteLength,
          part: partOf(body),
        })),
      );
    });
    const start = performance.now();
    await page.goto(consoleUrl + path, { waitUntil: 'commit' });
    await page.locator(ready).first().waitFor();
    const drawnMs = performance.now() - start;
    await page.waitForLoadState('networkidle');
    const sizes = await Promise.all(scripts);
    const sum = (part: Part) =>
      sizes.filter((size) => size.part === part).reduce((total, size) => total + size.bytes, 0) / 1_000;
    return { app: sum('app'), charts: sum('charts'), editor: sum('editor'), drawnMs };
  } finally {
    await browser.close();
  }
}

/** Time to the overview drawn from a cold browser. */
export async function measureColdOverview(consoleUrl: string): Promise<Figures> {
  const figures: Figures = {};
  const cold: number[] = [];
  for (let run = 0; run < COLD_RUNS; run += 1) cold.push((await firstLoad(consoleUrl, OVERVIEW)).drawnMs);
  figures.overviewDrawnColdMs = {
    value: round3(median(cold)),
    unit: 'ms',
    note: `median of ${COLD_RUNS} cold browsers`,
  };
  return figures;
}

/** First-load JavaScript of each page, kB gzip. */
export async function measureFirstLoad(consoleUrl: string, labUrl: string): Promise<Figures> {
  const figures: Figures = {};
  const [request] = await loggedRequests(labUrl, 1);
  if (request === undefined) throw new Error('the lab logged no request');
  for (const measured of pagesOf(request)) {
    const { name } = measured;
    const { app, charts, editor } = await firstLoad(consoleUrl, measured);
    figures[`${name}FirstLoadJs`] = { value: round3(app), unit: 'kB gzip', limit: 250 };
    if (charts > 0) figures[`${name}ChartsJs`] = { value: round3(charts), unit: 'kB gzip', note: 'loaded apart' };
    if (editor > 0) figures[`${name}EditorJs`] = { value: round3(editor), unit: 'kB gzip', note: 'loaded apart' };
  }
  return figures;
}
