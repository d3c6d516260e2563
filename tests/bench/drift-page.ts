import type { DriftHeat, DriftReport } from '@/lib/contracts/drift';
import { launchChromium, openPage } from '../chromium';
import { driftedOf, featureOf, reportOf } from '../domain/drift-report';
import { type Figures, median, quantile, round3 } from './figures';
import { scrollFrames } from './scrolling';

const FEATURES = 1_000;
const WINDOWS = 24;
const HOUR_MS = 3_600_000;
/** The features that drifted, in the last third of the windows. */
const MOVED = 7;
const SCROLL_PX = 45;
const PASSES = 3;
const TABLE = '[data-features]';

/** What the server answers for 1,000 features, drawn by no randomness: the page is measured, not the server. */
function wideAnswers(): { report: DriftReport; heat: DriftHeat } {
  const names = Array.from({ length: FEATURES }, (_, i) => `feature_${String(i).padStart(4, '0')}`);
  const report = reportOf(names.map((name, i) => (i < MOVED ? driftedOf(name) : featureOf(name))));
  const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const windows = Array.from({ length: WINDOWS }, (_, i) => i);
  const rows = names.map((feature, f) => {
    const isMoved = (i: number) => f < MOVED && i >= (WINDOWS * 2) / 3;
    // A fifth of the quiet windows lies beyond noise by a little, so that the strips are not all of one colour.
    const isSmall = (i: number) => (f * 7 + i * 3) % 5 === 0;
    return {
      feature,
      psi: windows.map((i) => (isMoved(i) ? 0.4 : isSmall(i) ? 0.03 : 0.002)),
      noiseLimit: windows.map(() => 0.0065),
      state: windows.map((i) =>
        isMoved(i) ? ('drifted' as const) : isSmall(i) ? ('stable' as const) : ('within-noise' as const),
      ),
      n: windows.map(() => 3_600),
      began: f < MOVED ? { sinceMs: endMs - (WINDOWS / 3) * HOUR_MS, isAtLeast: false } : null,
    };
  });
  const { features: _features, answer: _answer, endMs: _end, ...head } = report;
  return { report, heat: { ...head, startMs: endMs - WINDOWS * HOUR_MS, windowMs: HOUR_MS, windows: WINDOWS, rows } };
}

/** Frames while the table of 1,000 features with their strips of 24 windows is scrolled in a real browser. */
export async function measureDriftPage(consoleUrl: string): Promise<Figures> {
  const { report, heat } = wideAnswers();
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser);
    await page.route(
      (url) => url.pathname === '/api/drift',
      (route) => route.fulfill({ json: report }),
    );
    await page.route(
      (url) => url.pathname === '/api/drift/heat',
      (route) => route.fulfill({ json: heat }),
    );
    const start = performance.now();
    await page.goto(`${consoleUrl}/drift?model=churn_scorer&refresh=off`, { waitUntil: 'commit' });
    await page.locator(`${TABLE} tbody tr`).nth(5).waitFor();
    const shownMs = performance.now() - start;
    await page.getByRole('img', { name: /^feature_0000 over time: moved since/ }).waitFor();
    await page.waitForLoadState('networkidle');
    const frames: number[] = [];
    for (let pass = 0; pass < PASSES; pass += 1) frames.push(...(await scrollFrames(page, TABLE, SCROLL_PX)));
    const drawn = await page.locator(`${TABLE} tbody tr`).count();
    const note = `${frames.length} frames of ${SCROLL_PX} px, ${FEATURES} features of ${WINDOWS} windows, ${drawn} rows drawn`;
    return {
      driftPageFirstRowsMs: { value: round3(shownMs), unit: 'ms', note: 'one cold page' },
      driftPageScrollP50: { value: round3(median(frames)), unit: 'ms', limit: 17, note },
      driftPageScrollP95: { value: round3(quantile(frames, 0.95)), unit: 'ms', limit: 33, note },
    };
  } finally {
    await browser.close();
  }
}
