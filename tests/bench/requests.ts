import { launchChromium, openPage } from '../chromium';
import { type Figures, median, round3 } from './figures';

const REQUESTS = 9;

export interface LoggedRequest {
  requestId: string;
  traceId: string;
}

const textOf = (json: unknown, key: string): string | null => {
  const value = typeof json === 'object' && json !== null ? Reflect.get(json, key) : undefined;
  return typeof value === 'string' ? value : null;
};

/** Failed requests of the demo fleet of the last half hour but the newest five minutes, from their own log lines: tail sampling kept their traces. */
export async function loggedRequests(labUrl: string, count: number): Promise<LoggedRequest[]> {
  const nowMs = Date.now();
  const search = new URLSearchParams({
    query: '{model_name="fraud_detector"} |= "prediction_failed"',
    limit: String(count * 20),
    start: `${nowMs - 1_800_000}000000`,
    end: `${nowMs - 300_000}000000`,
  });
  const response = await fetch(`${labUrl}/loki/loki/api/v1/query_range?${search}`);
  if (!response.ok) throw new Error(`the lab has no lines: ${response.status}`);
  const body = (await response.json()) as { data: { result: { values: [string, string][] }[] } };
  const found = new Map<string, LoggedRequest>();
  for (const { values } of body.data.result) {
    for (const [, line] of values) {
      const json: unknown = JSON.parse(line);
      const requestId = textOf(json, 'request_id');
      const traceId = textOf(json, 'trace_id');
      if (requestId !== null && traceId !== null) found.set(requestId, { requestId, traceId });
    }
  }
  if (found.size < count) throw new Error(`the lab logged ${found.size} requests where ${count} were asked for`);
  return [...found.values()].slice(0, count);
}

/** From a request id's address to its answer and to its timeline, each id asked for the first time. */
export async function measureRequests(consoleUrl: string, labUrl: string): Promise<Figures> {
  const requests = await loggedRequests(labUrl, REQUESTS + 1);
  const answered: number[] = [];
  const drawn: number[] = [];
  const settled: number[] = [];
  const browser = await launchChromium();
  try {
    for (const [run, { requestId }] of requests.entries()) {
      const { page, context } = await openPage(browser);
      const start = performance.now();
      await page.goto(`${consoleUrl}/requests/${requestId}`, { waitUntil: 'commit' });
      await page.getByRole('region', { name: 'Answer' }).waitFor();
      const answerMs = performance.now() - start;
      await page.getByRole('list', { name: 'Spans and log lines in time' }).waitFor();
      const drawnMs = performance.now() - start;
      await page.getByText(/in all\./).waitFor();
      const settledMs = performance.now() - start;
      // The first run finds the server's own modules not yet loaded.
      if (run > 0) {
        answered.push(answerMs);
        drawn.push(drawnMs);
        settled.push(settledMs);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
  const note = `median of ${REQUESTS} failed requests, each asked for the first time`;
  return {
    requestAnswerMs: { value: round3(median(answered)), unit: 'ms', note },
    requestTimelineMs: { value: round3(median(drawn)), unit: 'ms', note },
    requestWholeStoryMs: { value: round3(median(settled)), unit: 'ms', note: `${note}; every part is here` },
  };
}
