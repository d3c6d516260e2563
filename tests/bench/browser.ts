import { gzipSync } from 'node:zlib';
import { launchChromium, openPage } from '../chromium';
import { type Figures, median, round3 } from './figures';

const COLD_RUNS = 5;

interface MeasuredPage {
  name: string;
  path: string;
  /** What is there once the page says something: its numbers, not its frame. */
  ready: string;
}

const OVERVIEW: MeasuredPage = { name: 'overview', path: '/', ready: 'table[aria-label="Fleet"] a' };

const PAGES: readonly MeasuredPage[] = [
  OVERVIEW,
  { name: 'model', path: '/models/fraud_detector', ready: 'canvas' },
  { name: 'settings', path: '/settings/sources', ready: 'table[aria-label="Sources"] td' },
];

/** Scripts a page has loaded by the time its content is there: gzip bytes, those of the chart library apart. */
async function firstLoad(
  consoleUrl: string,
  { path, ready }: MeasuredPage,
): Promise<{ appKb: number; chartsKb: number; drawnMs: number }> {
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser);
    const scripts: Promise<{ bytes: number; charts: boolean }>[] = [];
    page.on('response', (response) => {
      if (!/\.js(\?|$)/.test(response.url())) return;
      scripts.push(
        response.body().then((body) => ({
          bytes: gzipSync(body, { level: 6 }).byteLength,
          // ECharts and its renderer name themselves in their own source.
          charts: body.includes('echarts') && body.byteLength > 200_000,
        })),
      );
    });
    const start = performance.now();
    await page.goto(consoleUrl + path, { waitUntil: 'commit' });
    await page.locator(ready).first().waitFor();
    const drawnMs = performance.now() - start;
    await page.waitForLoadState('networkidle');
    const sizes = await Promise.all(scripts);
    const sum = (charts: boolean) =>
      sizes.filter((size) => size.charts === charts).reduce((total, size) => total + size.bytes, 0) / 1_000;
    return { appKb: sum(false), chartsKb: sum(true), drawnMs };
  } finally {
    await browser.close();
  }
}

/** Time to the overview drawn from a cold browser, and first-load JavaScript of each page. */
export async function measureBrowser(consoleUrl: string): Promise<Figures> {
  const figures: Figures = {};
  const cold: number[] = [];
  for (let run = 0; run < COLD_RUNS; run += 1) cold.push((await firstLoad(consoleUrl, OVERVIEW)).drawnMs);
  figures.overviewDrawnColdMs = {
    value: round3(median(cold)),
    unit: 'ms',
    note: `median of ${COLD_RUNS} cold browsers`,
  };
  for (const measured of PAGES) {
    const { name } = measured;
    const { appKb, chartsKb } = await firstLoad(consoleUrl, measured);
    figures[`${name}FirstLoadJs`] = { value: round3(appKb), unit: 'kB gzip', limit: 250 };
    figures[`${name}ChartsJs`] = { value: round3(chartsKb), unit: 'kB gzip', note: 'loaded apart' };
  }
  return figures;
}
