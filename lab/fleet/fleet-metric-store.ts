import { labelsTest } from '../label-matchers';
import type { Exemplar, Labels, Matcher, MetricStore, Series } from '../stores';
import { AlertRules } from './alert-rules';
import type { BatchJobs } from './batch-jobs';
import { CellMetrics } from './cell-metrics';
import { USER_LABEL_VALUES, USERS_METRIC } from './faults';
import { FleetMetrics, isTargetUp, TARGETS } from './fleet-metrics';
import { leOf } from './histogram-columns';
import { METRIC_FAMILIES } from './metric-families';
import { CELLS, type Cell, LATENCY_BOUNDS_MS } from './models';
import { WINDOW_MS } from './scenario';
import { SeriesTable, type SparseColumn } from './series-table';
import { RequestWindow, simulateWindow } from './window';
import type { World } from './world';

/** How much history beyond the promised is gathered before the oldest is dropped. */
const SLACK_MS = 4 * 3_600_000;
/** Windows of which exemplars are looked up in one query; a longer range takes every nth window. */
const EXEMPLAR_WINDOWS = 480;
/** Exemplars of requests from outside that are kept. */
const SENT_EXEMPLARS = 1_000;

/** The fleet's Prometheus: a scrape at every multiple of 30 s counts the window that has just ended. */
export class FleetMetricStore implements MetricStore {
  private readonly table: SeriesTable;
  private readonly cells: CellMetrics[];
  private readonly fleet: FleetMetrics;
  private readonly alerts: AlertRules;
  /** The series of each user, where a service counts by user. */
  private readonly users: SparseColumn[];
  private readonly scratch: RequestWindow;
  private readonly sent: Exemplar[] = [];
  private nextScrapeMs: number;

  constructor(
    private readonly world: World,
    jobs: BatchJobs,
    history: { firstMs: number; historyMs: number },
  ) {
    this.table = new SeriesTable(Math.ceil(history.historyMs / WINDOW_MS) + 1, SLACK_MS / WINDOW_MS);
    this.cells = CELLS.map((cell) => new CellMetrics(this.table, cell, world));
    this.fleet = new FleetMetrics(this.table, world, jobs, history.firstMs);
    this.alerts = new AlertRules(this.table, world);
    const users = world.scenario.faults.has('label of 50000 values') ? USER_LABEL_VALUES : 0;
    this.users = Array.from({ length: users }, (_, i) =>
      this.table.sparseColumn({ __name__: USERS_METRIC, job: 'gateway', user_id: `user-${i}` }),
    );
    const [first] = CELLS;
    if (first === undefined) throw new Error('the fleet has no models');
    this.scratch = new RequestWindow(first, 0);
    this.nextScrapeMs = history.firstMs + WINDOW_MS;
  }

  /** Time of the oldest scrape that is still there. */
  get firstMs(): number | null {
    return this.table.firstMs;
  }

  /** Makes every scrape that is due; cheap when none is. */
  advance(): void {
    const nowMs = this.world.now();
    while (this.nextScrapeMs <= nowMs) {
      const scrapeMs = this.nextScrapeMs;
      this.table.beginScrape(scrapeMs);
      const fraud = { requests: 0, errors: 0 };
      for (const [i, cell] of CELLS.entries()) {
        const requests = simulateWindow(this.world, cell, scrapeMs / WINDOW_MS - 1, this.scratch);
        const counted = this.cells[i]?.scrape(requests, scrapeMs);
        if (cell.model.name !== 'fraud_detector' || counted === undefined) continue;
        fraud.requests += counted.requests;
        fraud.errors += counted.errors;
      }
      this.fleet.scrape(scrapeMs);
      this.alerts.evaluate(scrapeMs, fraud);
      // Their number is the fault, not their history.
      if (scrapeMs > nowMs - 2 * WINDOW_MS) for (const user of this.users) user.add(scrapeMs);
      this.nextScrapeMs += WINDOW_MS;
    }
  }

  /** Counts a request that somebody sent to the lab itself; it shows from the scrape after its end on. */
  count(cell: Cell, { requests, traceId, atMs }: { requests: RequestWindow; traceId: string; atMs: number }): void {
    this.advance();
    this.cells[cell.index]?.add(requests, atMs);
    const latencyUs = requests.latencyUs[0] ?? 0;
    const boundMs = LATENCY_BOUNDS_MS.find((bound) => latencyUs <= bound * 1000);
    this.sent.push({
      seriesLabels: {
        __name__: 'inference_latency_seconds_bucket',
        model_name: cell.model.name,
        model_version: cell.version,
        le: boundMs === undefined ? '+Inf' : leOf(boundMs / 1000),
      },
      labels: { trace_id: traceId },
      value: latencyUs / 1_000_000,
      timestampMs: Math.floor(atMs),
    });
    if (this.sent.length > SENT_EXEMPLARS) this.sent.shift();
  }

  select(matchers: readonly Matcher[], startMs: number, endMs: number): Series[] {
    this.advance();
    return this.table.select(matchers, startMs, endMs);
  }

  series(matchers: readonly Matcher[], startMs: number, endMs: number): Labels[] {
    return this.select(matchers, startMs, endMs).map(({ labels }) => labels);
  }

  /** For each latency bucket the last traced request of a window that fell into it, oldest first. */
  exemplars(matchers: readonly Matcher[], startMs: number, endMs: number): Exemplar[] {
    const wanted = labelsTest(matchers);
    const { first, last } = this.world.windowsOf(startMs, endMs + WINDOW_MS);
    const stride = Math.max(1, Math.ceil((last - first + 1) / EXEMPLAR_WINDOWS));
    const bounds = [
      ...LATENCY_BOUNDS_MS.map((boundMs) => ({ us: boundMs * 1000, le: leOf(boundMs / 1000) })),
      { us: Infinity, le: '+Inf' },
    ];
    const found: Exemplar[] = [];
    for (const cell of CELLS) {
      const series = bounds.map(({ le }) => ({
        __name__: 'inference_latency_seconds_bucket',
        model_name: cell.model.name,
        model_version: cell.version,
        le,
      }));
      const isWanted = series.map(wanted);
      if (!isWanted.includes(true)) continue;
      for (let window = Math.ceil(first / stride) * stride; window <= last; window += stride) {
        const requests = this.world.requests(cell, window);
        const newest = new Map<number, number>();
        for (let i = 0; i < requests.count; i++) {
          const atMs = requests.startMs + (requests.offsetUs[i] ?? 0) / 1000;
          if (requests.sampled[i] === 0 || atMs < startMs || atMs > endMs || atMs > this.world.now()) continue;
          newest.set(
            bounds.findIndex(({ us }) => (requests.latencyUs[i] ?? 0) <= us),
            i,
          );
        }
        for (const [bucket, i] of newest) {
          const seriesLabels = series[bucket];
          if (seriesLabels === undefined || !isWanted[bucket]) continue;
          found.push({
            seriesLabels,
            labels: { trace_id: this.world.ids.traceId(this.world.placeOf(requests, i)) },
            value: (requests.latencyUs[i] ?? 0) / 1_000_000,
            timestampMs: Math.floor(requests.startMs + (requests.offsetUs[i] ?? 0) / 1000),
          });
        }
      }
    }
    this.advance();
    const scrapedMs = this.nextScrapeMs - WINDOW_MS;
    const sent = this.sent.filter(
      ({ seriesLabels, timestampMs }) =>
        timestampMs >= startMs && timestampMs <= Math.min(endMs, scrapedMs) && wanted(seriesLabels),
    );
    return [...found, ...sent];
  }

  metadata(): ReadonlyMap<string, { type: string; help: string; unit: string }> {
    return METRIC_FAMILIES;
  }

  ruleGroups(): readonly unknown[] {
    this.advance();
    return this.alerts.groups();
  }

  targets(nowMs: number): readonly unknown[] {
    const scrapedMs = Math.floor(nowMs / WINDOW_MS) * WINDOW_MS;
    return TARGETS.map(({ job, instance }) => {
      const isUp = isTargetUp(job, scrapedMs, this.world.scenario);
      return {
        discoveredLabels: { __address__: instance, __metrics_path__: '/metrics', __scheme__: 'http', job },
        labels: { job, instance },
        scrapePool: job,
        scrapeUrl: `http://${instance}/metrics`,
        globalUrl: `http://${instance}/metrics`,
        lastError: isUp ? '' : 'connect: connection refused',
        lastScrape: new Date(scrapedMs).toISOString(),
        lastScrapeDuration: 0.0042,
        health: isUp ? 'up' : 'down',
        scrapeInterval: '30s',
        scrapeTimeout: '10s',
      };
    });
  }
}
