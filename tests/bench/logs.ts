import { launchChromium, openPage } from '../chromium';
import { type Figures, median, quantile, round3 } from './figures';
import { countApiBytes, heapMiB, scrollFrames } from './scrolling';

/** As many as a browser holds of one search. */
const LINES = 50_000;
const PIECE = 10_000;
const RUNS = 5;
const SCROLL_PX = 60;
const LIST = 'section[aria-label="Log lines"]';
const LINE = `${LIST} li`;

/** Lines of a service of the bench's own, JSON of about 250 characters, over the last half hour; sent in pieces. */
async function pushLines(labUrl: string): Promise<void> {
  const startMs = Date.now() - 30 * 60_000;
  const stepMs = (29 * 60_000) / LINES;
  for (let first = 0; first < LINES; first += PIECE) {
    const values = Array.from({ length: PIECE }, (_, i): [string, string] => {
      const place = first + i;
      const line = {
        level: place % 97 === 0 ? 'error' : 'info',
        msg: place % 97 === 0 ? 'prediction_failed' : 'prediction_served',
        request_id: `req-${String(place).padStart(12, '0')}`,
        model_name: 'fraud_detector',
        model_version: `2.${place % 3}.0`,
        latency_ms: 12 + (place % 61),
        prediction_score: (place % 1_000) / 1_000,
        segment: ['new', 'returning', 'vip'][place % 3],
        features: { amount: place % 977, country: 'DE', device_age_days: place % 400 },
      };
      return [
        `${Math.floor(startMs + place * stepMs)}${String(place % 1_000_000).padStart(6, '0')}`,
        JSON.stringify(line),
      ];
    });
    const response = await fetch(`${labUrl}/loki/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ streams: [{ stream: { service_name: 'bench' }, values }] }),
    });
    if (!response.ok) throw new Error(`the lab took no lines: ${response.status} ${await response.text()}`);
  }
}

/** First lines of a search that finds 50,000; then all of them loaded, and scrolled. */
export async function measureLogs(consoleUrl: string, labUrl: string): Promise<Figures> {
  await pushLines(labUrl);
  const query = new URLSearchParams({ q: '{service_name="bench"}', refresh: 'off' });
  const address = `${consoleUrl}/logs?${query}`;
  const browser = await launchChromium();
  try {
    const first: number[] = [];
    for (let run = 0; run < RUNS + 1; run += 1) {
      const { page, context } = await openPage(browser);
      const start = performance.now();
      await page.goto(address, { waitUntil: 'commit' });
      await page.locator(LINE).nth(5).waitFor();
      // The first run finds the lab's own caches empty.
      if (run > 0) first.push(performance.now() - start);
      await context.close();
    }
    const { page, context } = await openPage(browser);
    const cdp = await context.newCDPSession(page);
    const apiBytes = await countApiBytes(cdp, `${consoleUrl}/api/`);
    await page.goto(address);
    await page.locator(LINE).nth(5).waitFor();
    const firstKb = apiBytes() / 1_000;
    const start = performance.now();
    await page.waitForFunction(
      ({ list, lines }) => {
        const box = document.querySelector(list);
        if (box !== null) box.scrollTop = box.scrollHeight;
        return Number(document.querySelector(`${list} li`)?.getAttribute('aria-setsize')) >= lines;
      },
      { list: LIST, lines: LINES },
      { timeout: 120_000, polling: 100 },
    );
    const loadedMs = performance.now() - start;
    await page.waitForLoadState('networkidle');
    const loadedKb = apiBytes() / 1_000;
    await page.evaluate((list) => document.querySelector(list)?.scrollTo(0, 0), LIST);
    const frames: number[] = [];
    for (let pass = 0; pass < 3; pass += 1) frames.push(...(await scrollFrames(page, LIST, SCROLL_PX)));
    const note = `${frames.length} frames of ${SCROLL_PX} px, ${LINES} lines loaded`;
    return {
      logsFirstLinesMs: { value: round3(median(first)), unit: 'ms', note: `median of ${RUNS}` },
      logsFirstLinesBytesSent: { value: round3(firstKb), unit: 'kB', note: 'API answers, as sent' },
      logs50000LoadedMs: { value: round3(loadedMs), unit: 'ms', note: 'by scrolling to the end, page after page' },
      logs50000BytesSent: { value: round3(loadedKb), unit: 'kB', note: 'API answers, as sent' },
      logs50000ScrollP95: { value: round3(quantile(frames, 0.95)), unit: 'ms', limit: 33, note },
      logs50000ScrollP50: { value: round3(median(frames)), unit: 'ms', note },
      logs50000Heap: { value: round3(await heapMiB(cdp)), unit: 'MiB', note: 'browser, after scrolling' },
    };
  } finally {
    await browser.close();
  }
}
