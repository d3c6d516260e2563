import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { hasChromium } from '../chromium';
import { labSources, startConsole, startLab } from '../demo-stack';
import { hasPrometheus } from '../real-prometheus';
import { measureColdOverview, measureFirstLoad } from './browser';
import { startCountingProxy } from './counting-proxy';
import { measureDriftHeat } from './drift-heat';
import { measureDriftPage } from './drift-page';
import { measureDriftSimulation } from './drift-simulation';
import type { Figures } from './figures';
import { INCIDENTS_CONFIG, measureIncidents } from './incidents';
import { measureLogs } from './logs';
import { measureRequests } from './requests';
import { measureRollouts } from './rollouts';
import { measureRouteRatio, measureSoak, measureViewerRatio } from './server';
import { largeTraces, measureTraces } from './traces';

/**
 * `npm run bench`: prints one JSON document. Needs a build (`npm run build`); BENCH_SOAK_MINUTES shortens the soak.
 * `npm run bench -- traces logs` measures these sections alone.
 */
const soakMinutes = Number(process.env.BENCH_SOAK_MINUTES ?? 10);
const say = (text: string) => process.stderr.write(`${text}\n`);

interface Section {
  does: string;
  needsBrowser: boolean;
  measure: (served: { url: string; pid: number }) => Promise<Figures>;
}

/** Arithmetic alone: needs neither a console nor a lab. */
const PURE: Readonly<Record<string, { does: string; measure: () => Figures }>> = {
  rollouts: { does: 'the guard on simulated rollouts', measure: () => measureRollouts(say) },
};

const asked = process.argv.slice(2);
const figures: Figures = {};
for (const [name, { does, measure }] of Object.entries(PURE)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  say(`${does} …`);
  Object.assign(figures, measure());
}
if (asked.length > 0 && asked.every((name) => Object.hasOwn(PURE, name))) {
  report();
  process.exit(0);
}

const lab = await startLab();
const proxy = await startCountingProxy(lab.url, largeTraces());
const served = await startConsole(labSources(proxy.url) + INCIDENTS_CONFIG);

const SECTIONS: Readonly<Record<string, Section>> = {
  route: {
    does: 'route over direct upstream',
    needsBrowser: false,
    measure: ({ url }) => measureRouteRatio(url, proxy.url),
  },
  viewers: {
    does: '100 viewers over one',
    needsBrowser: false,
    measure: ({ url }) => measureViewerRatio(url, proxy),
  },
  overview: { does: 'overview in a cold browser', needsBrowser: true, measure: ({ url }) => measureColdOverview(url) },
  pages: {
    does: 'first-load JavaScript',
    needsBrowser: true,
    measure: ({ url }) => measureFirstLoad(url, lab.url),
  },
  requests: {
    does: 'request ids of the demo fleet',
    needsBrowser: true,
    measure: ({ url }) => measureRequests(url, lab.url),
  },
  logs: { does: '50,000 log lines', needsBrowser: true, measure: ({ url }) => measureLogs(url, lab.url) },
  incidents: {
    does: 'an incident of 10,000 entries, and a flood of alerts',
    needsBrowser: true,
    measure: ({ url }) => measureIncidents({ url, database: join(served.folder, 'windsock.db') }),
  },
  traces: {
    does: 'traces of 1,000, 20,000 and 200,000 spans',
    needsBrowser: true,
    measure: ({ url, pid }) => measureTraces(url, pid),
  },
  drift: {
    does: '1,000 features × 24 windows from a real Prometheus, and their table',
    needsBrowser: false,
    measure: async ({ url }) => {
      if (!hasPrometheus()) say('  server not measured: Prometheus is missing.');
      if (!hasChromium()) say('  page not measured: Chromium is missing.');
      return {
        ...(hasPrometheus() ? await measureDriftHeat(say) : {}),
        ...(hasChromium() ? await measureDriftPage(url) : {}),
      };
    },
  },
  'drift-simulation': {
    does: 'windows without drift and with a known shift',
    needsBrowser: false,
    measure: async () => measureDriftSimulation(),
  },
  soak: {
    does: `soak: ${soakMinutes} minutes of 20 viewers`,
    needsBrowser: false,
    measure: async ({ url, pid }) => (soakMinutes > 0 ? measureSoak(url, pid, soakMinutes) : {}),
  },
};

const unknown = asked.filter((name) => !Object.hasOwn(SECTIONS, name) && !Object.hasOwn(PURE, name));
try {
  if (unknown.length > 0) {
    throw new Error(
      `there is no section ${unknown.join(', ')}; there are ${Object.keys({ ...PURE, ...SECTIONS }).join(', ')}`,
    );
  }
  for (const [name, { does, needsBrowser, measure }] of Object.entries(SECTIONS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    if (needsBrowser && !hasChromium()) {
      say(`${does}: not measured, Chromium is missing.`);
      continue;
    }
    say(`${does} …`);
    Object.assign(figures, await measure({ url: served.url, pid: served.process.child.pid ?? 0 }));
  }
} finally {
  await Promise.all([served.process.stop(), proxy.stop(), lab.process.stop()]);
  await rm(served.folder, { recursive: true, force: true });
}
report();

/** The JSON document, with the names of figures that lie beyond their limits. */
function report(): void {
  const beyond = Object.entries(figures).filter(
    ([, figure]) => figure.limit !== undefined && figure.value > figure.limit,
  );
  process.stdout.write(
    `${JSON.stringify({ node: process.version, cores: cpus().length, figures, beyondLimit: beyond.map(([name]) => name) }, null, 2)}\n`,
  );
}
