import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { hasChromium } from '../chromium';
import { labSources, startConsole, startLab } from '../demo-stack';
import { measureBrowser } from './browser';
import { startCountingProxy } from './counting-proxy';
import type { Figures } from './figures';
import { measureRouteRatio, measureSoak, measureViewerRatio } from './server';

/**
 * `npm run bench`: prints one JSON document. Needs a build (`npm run build`); BENCH_SOAK_MINUTES shortens the soak.
 */
const soakMinutes = Number(process.env.BENCH_SOAK_MINUTES ?? 10);
const say = (text: string) => process.stderr.write(`${text}\n`);

const lab = await startLab();
const proxy = await startCountingProxy(lab.url);
const served = await startConsole(labSources(proxy.url));
const figures: Figures = {};
try {
  say('route over direct upstream …');
  Object.assign(figures, await measureRouteRatio(served.url, proxy.url));
  say('100 viewers over one …');
  Object.assign(figures, await measureViewerRatio(served.url, proxy));
  if (hasChromium()) {
    say('cold browser and first-load JavaScript …');
    Object.assign(figures, await measureBrowser(served.url));
  } else say('Chromium is missing: browser figures are not measured.');
  if (soakMinutes > 0) {
    say(`soak: ${soakMinutes} minutes of 20 viewers …`);
    Object.assign(figures, await measureSoak(served.url, served.process.child.pid ?? 0, soakMinutes));
  }
} finally {
  await Promise.all([served.process.stop(), proxy.stop(), lab.process.stop()]);
  await rm(served.folder, { recursive: true, force: true });
}
const beyond = Object.entries(figures).filter(
  ([, figure]) => figure.limit !== undefined && figure.value > figure.limit,
);
process.stdout.write(
  `${JSON.stringify({ node: process.version, cores: cpus().length, figures, beyondLimit: beyond.map(([name]) => name) }, null, 2)}\n`,
);
