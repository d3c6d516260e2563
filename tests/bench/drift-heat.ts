import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPrometheus } from '../real-prometheus';
import { startCountingProxy } from './counting-proxy';
import { type Figures, median, round3 } from './figures';

const FEATURES = 1_000;
const WINDOWS = 24;
const HOUR_MS = 3_600_000;
/** Ten minutes apart: what a window costs the console does not depend on how densely it was scraped. */
const SCRAPE_MS = 600_000;
const BOUNDS = ['1.0', '2.0', '4.0', '8.0', '16.0', '32.0', '64.0', '128.0', '256.0', '+Inf'];
/** Shares of the values in each bucket. */
const SHARES = [0.04, 0.08, 0.12, 0.16, 0.2, 0.16, 0.12, 0.07, 0.04, 0.01];
const DRIFTED = [0.01, 0.03, 0.06, 0.1, 0.16, 0.2, 0.2, 0.14, 0.07, 0.03];
const VALUES_PER_SCRAPE = 600;
/** The features that drift, and for how many hours at the end. */
const MOVED = 7;
const MOVED_HOURS = 8;

/** 1,000 features of ten buckets over a day and an hour, as OpenMetrics: about 1.6 million samples. */
async function writeMetrics(file: string, startMs: number, endMs: number): Promise<void> {
  const out = createWriteStream(file);
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const times: number[] = [];
  for (let atMs = startMs; atMs <= endMs; atMs += SCRAPE_MS) times.push(atMs);
  await write('# TYPE feature_value histogram\n');
  for (let feature = 0; feature < FEATURES; feature += 1) {
    const labels = `model_name="wide",model_version="1",feature="f${String(feature).padStart(4, '0')}"`;
    const counts = new Array<number>(BOUNDS.length).fill(0);
    const rows: string[][] = BOUNDS.map(() => []);
    for (const atMs of times) {
      const isMoved = feature < MOVED && atMs > endMs - MOVED_HOURS * HOUR_MS;
      let cumulative = 0;
      for (const [i, share] of (isMoved ? DRIFTED : SHARES).entries()) {
        // A little of each bucket moves from scrape to scrape, as counts of samples do.
        const wave = 1 + 0.04 * Math.sin(feature * 7.1 + i * 3.3 + atMs / 4.1e6);
        counts[i] = (counts[i] ?? 0) + Math.round(VALUES_PER_SCRAPE * share * wave);
        cumulative += counts[i] ?? 0;
        rows[i]?.push(`feature_value_bucket{${labels},le="${BOUNDS[i]}"} ${cumulative} ${atMs / 1000}\n`);
      }
    }
    await write(rows.map((own) => own.join('')).join(''));
  }
  await write('# TYPE feature_baseline_bucket gauge\n');
  for (let feature = 0; feature < FEATURES; feature += 1) {
    let cumulative = 0;
    for (const [i, share] of SHARES.entries()) {
      cumulative += share * 50_000;
      const labels = `model_name="wide",model_version="1",feature="f${String(feature).padStart(4, '0')}",le="${BOUNDS[i]}"`;
      await write(`feature_baseline_bucket{${labels}} ${Math.round(cumulative)} ${endMs / 1000}\n`);
    }
  }
  await write('# TYPE inference_requests counter\n');
  for (const [i, atMs] of times.entries()) {
    await write(
      `inference_requests_total{model_name="wide",model_version="1",status="ok"} ${i * VALUES_PER_SCRAPE} ${atMs / 1000}\n`,
    );
  }
  await write('# EOF\n');
  out.end();
  await once(out, 'finish');
}

/** Processor time a Prometheus has used, milliseconds, as it says itself. */
async function cpuOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return 1_000 * Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** 1,000 features × 24 windows from a real Prometheus: time of the server, and what it asked. */
export async function measureDriftHeat(say: (text: string) => void): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-drift-'));
  const endMs = Math.floor((Date.now() - 6 * HOUR_MS) / HOUR_MS) * HOUR_MS;
  const startMs = endMs - WINDOWS * HOUR_MS;
  const file = join(folder, 'metrics.txt');
  try {
    say('  writing 1,000 features …');
    await writeMetrics(file, startMs - HOUR_MS, endMs);
    say('  making blocks of them …');
    const prometheus = await startPrometheus({ openMetricsFile: file });
    const proxy = await startCountingProxy(prometheus.url);
    try {
      const config = join(folder, 'windsock.yaml');
      await writeFile(
        config,
        `sources:\n  prometheus: { url: '${proxy.url}', scrapeInterval: 10m, maxAnswerSize: 60MB }\n`,
      );
      const spentMs = await cpuOf(prometheus.url);
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          '--conditions=react-server',
          '--import',
          'tsx',
          join(import.meta.dirname, 'drift-server.ts'),
          String(startMs),
          String(endMs),
        ],
        {
          env: {
            ...process.env,
            WINDSOCK_CONFIG: config,
            DATABASE_URL: `file:${join(folder, 'windsock.db')}`,
            LOG_LEVEL: 'error',
          },
          maxBuffer: 10_000_000,
        },
      );
      const measured = JSON.parse(stdout) as {
        totalMs: number[];
        upstreamMs: number[];
        cpuMs: number[];
        rows: number;
        windows: number;
        called: number;
        bytes: number;
      };
      const runs = measured.totalMs.length + 1;
      return {
        driftHeatMs: {
          value: round3(median(measured.totalMs)),
          unit: 'ms',
          limit: 2_000,
          note: `${measured.rows} features × ${measured.windows} windows, ${measured.called} called of ${MOVED} that drift; slowest of ${measured.totalMs.length}: ${Math.round(Math.max(...measured.totalMs))} ms; the Prometheus included`,
        },
        driftHeatPrometheusMs: {
          value: round3(median(measured.upstreamMs)),
          unit: 'ms',
          note: 'the slowest of its queries, of which the console waits for all',
        },
        driftHeatCpuMs: {
          value: round3(median(measured.cpuMs) + ((await cpuOf(prometheus.url)) - spentMs) / runs),
          unit: 'ms',
          note: `processor time of an answer, whatever else the machine does: ${Math.round(median(measured.cpuMs))} ms of the console, the rest of the Prometheus`,
        },
        driftHeatRequests: { value: round3(proxy.count() / runs), unit: 'upstream requests an answer', limit: 24 },
        driftHeatKb: { value: round3(measured.bytes / 1000), unit: 'kB' },
      };
    } finally {
      await Promise.all([proxy.stop(), prometheus.stop()]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
