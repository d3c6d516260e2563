import { randomUUID } from 'node:crypto';
import { createClient, type InValue } from '@libsql/client';
import { Incident } from '@/lib/contracts/incident';
import { launchChromium, openPage } from '../chromium';
import { alert, message } from '../server/alert-intake/webhook-bodies';
import { type Figures, median, quantile, round3, timed } from './figures';
import { scrollFrames } from './scrolling';

const SMALL = 100;
const LARGE = 10_000;
const RUNS = 5;
const SCROLL_PX = 60;
const FLOOD_MS = 15_000;
const SENDERS = 4;
const ALERTS_EACH = 5;
const ENTRY = 'ol[aria-label="Timeline"] article';

interface Served {
  url: string;
  /** Path of the console's SQLite file. */
  database: string;
}

/** Of the bench's own console: its webhook takes alerts in, and a rule opens one incident for each team. */
const WEBHOOK_SECRET = process.env.BENCH_WEBHOOK_SECRET ?? 'secret-of-the-bench-alone';
export const INCIDENTS_CONFIG = `
webhooks: { in: { alertmanager: { secret: ${WEBHOOK_SECRET} } } }
incidents: { rules: [{ name: all, groupBy: [team] }] }
`;

async function declare(url: string, title: string): Promise<Incident> {
  const response = await fetch(`${url}/api/incidents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: randomUUID(), title, severity: 'SEV2', model: 'fraud_detector' }),
  });
  if (!response.ok) throw new Error(`no incident was declared: ${response.status} ${await response.text()}`);
  return Incident.parse(await response.json());
}

/**
 * An incident with so many entries, written as the store writes them: one by one through the API they would take an hour.
 * A twentieth are hypotheses, each with evidence, so that what is gathered over a timeline has something to gather.
 */
async function longIncident({ url, database }: Served, entries: number): Promise<Incident> {
  const incident = await declare(url, `${entries} entries`);
  const client = createClient({ url: `file:${database}`, timeout: 30_000 });
  try {
    const first = 'SELECT * FROM "IncidentEntry" WHERE "incidentId" = ? ORDER BY "seq" LIMIT 1';
    const { columns, rows } = await client.execute({ sql: first, args: [incident.id] });
    const [pattern] = rows;
    if (pattern === undefined) throw new Error('a declared incident has a first entry');
    const lastMs = Number(pattern.occurredAtMs);
    const sql = `INSERT INTO "IncidentEntry" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
    let hypothesis = '';
    const inserts = Array.from({ length: entries }, (_, i) => {
      const id = randomUUID();
      const isHypothesis = i % 20 === 0;
      if (isHypothesis) hypothesis = id;
      const text = `${isHypothesis ? 'Perhaps' : 'Seen'}: entry ${i} of the timeline, with words for a line of the page.`;
      const atMs = lastMs - (entries - i) * 1_000;
      const own: Record<string, InValue> = {
        id,
        seq: 1_000 + i,
        kind: isHypothesis ? 'hypothesis' : 'fact',
        text,
        searchText: text.toLowerCase(),
        occurredAtMs: atMs,
        recordedAtMs: atMs,
        details: isHypothesis ? '{"hypothesisState":"open"}' : '{}',
        aboutId: i % 20 === 1 ? hypothesis : null,
        relation: i % 20 === 1 ? 'supports' : null,
      };
      return { sql, args: columns.map((name) => own[name] ?? pattern[name] ?? null) };
    });
    const activity = {
      sql: 'UPDATE "Incident" SET "activity" = ? WHERE "id" = ?',
      args: [1_000 + entries, incident.id],
    };
    await client.batch([...inserts, activity], 'write');
  } finally {
    client.close();
  }
  return incident;
}

/** Milliseconds from the address to the first entries drawn, of both in turn, so that a slow spell hits both. */
async function openings(url: string, numbers: readonly number[]): Promise<number[][]> {
  const browser = await launchChromium();
  try {
    const times = numbers.map((): number[] => []);
    for (let run = 0; run < RUNS + 1; run += 1) {
      for (const [i, number] of numbers.entries()) {
        const { page, context } = await openPage(browser);
        const ms = await timed(async () => {
          await page.goto(`${url}/incidents/${number}?refresh=off`, { waitUntil: 'commit' });
          await page.locator(ENTRY).nth(5).waitFor();
        });
        if (run > 0) times[i]?.push(ms);
        await context.close();
      }
    }
    return times;
  } finally {
    await browser.close();
  }
}

/** Times between frames while the timeline of an incident is scrolled, its pages loading as it goes. */
async function scrolling(url: string, number: number): Promise<number[]> {
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser);
    await page.goto(`${url}/incidents/${number}?refresh=off`);
    await page.locator(ENTRY).nth(5).waitFor();
    const frames: number[] = [];
    for (let pass = 0; pass < 3; pass += 1) frames.push(...(await scrollFrames(page, 'html', SCROLL_PX)));
    return frames;
  } finally {
    await browser.close();
  }
}

/** Delivers bodies of five new alerts as fast as four senders can, and reads an incident all the while. */
async function flood(
  url: string,
  number: number,
): Promise<{ deliveriesMs: number[]; pagesMs: number[]; tookMs: number }> {
  const deliveriesMs: number[] = [];
  const pagesMs: number[] = [];
  const start = performance.now();
  const goesOn = () => performance.now() - start < FLOOD_MS;
  const sender = async (team: number): Promise<void> => {
    while (goesOn()) {
      const alerts = Array.from({ length: ALERTS_EACH }, () =>
        alert({ fingerprint: randomUUID(), labels: { alertname: 'Bench', severity: 'warning', team: String(team) } }),
      );
      const ms = await timed(async () => {
        const response = await fetch(`${url}/api/webhooks/alertmanager`, {
          method: 'POST',
          headers: { authorization: `Bearer ${WEBHOOK_SECRET}`, 'content-type': 'application/json' },
          body: JSON.stringify(message(alerts)),
        });
        await response.text();
        if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
      });
      deliveriesMs.push(ms);
    }
  };
  const reader = async (): Promise<void> => {
    while (goesOn()) {
      pagesMs.push(
        await timed(async () => {
          for (const path of [`incidents/${number}`, `incidents/${number}/entries`]) {
            const response = await fetch(`${url}/api/${path}`);
            await response.arrayBuffer();
            if (!response.ok) throw new Error(`${path} answered ${response.status}`);
          }
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  await Promise.all([...Array.from({ length: SENDERS }, (_, i) => sender(i)), reader()]);
  return { deliveriesMs, pagesMs, tookMs: performance.now() - start };
}

/** Long timelines in a browser, and alerts as fast as they are taken in with what that does to a reader. */
export async function measureIncidents(served: Served): Promise<Figures> {
  const { url } = served;
  const small = await longIncident(served, SMALL);
  const large = await longIncident(served, LARGE);
  const [few = [], many = []] = await openings(url, [small.number, large.number]);
  const frames = await scrolling(url, large.number);
  const { deliveriesMs, pagesMs, tookMs } = await flood(url, large.number);
  const note = `${frames.length} frames of ${SCROLL_PX} px`;
  const during = `${SENDERS} senders, ${ALERTS_EACH} new alerts each time, ${FLOOD_MS / 1_000} s`;
  return {
    incident100FirstEntriesMs: { value: round3(median(few)), unit: 'ms', note: `median of ${RUNS}` },
    incident10000FirstEntriesMs: { value: round3(median(many)), unit: 'ms', note: `median of ${RUNS}` },
    incidentFirstEntriesRatio: { value: round3(median(many) / median(few)), unit: 'ratio', limit: 1.5 },
    incident10000ScrollP95: { value: round3(quantile(frames, 0.95)), unit: 'ms', limit: 33, note },
    webhookDeliveriesPerSecond: { value: round3(deliveriesMs.length / (tookMs / 1_000)), unit: '/s', note: during },
    webhookDeliveryP95: { value: round3(quantile(deliveriesMs, 0.95)), unit: 'ms', note: during },
    incidentReadP95MeanwhileMs: {
      value: round3(quantile(pagesMs, 0.95)),
      unit: 'ms',
      note: 'incident and its entries',
    },
    incidentReadP50MeanwhileMs: { value: round3(median(pagesMs)), unit: 'ms', note: 'incident and its entries' },
  };
}
