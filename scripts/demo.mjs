import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as prepare from './prepare.mjs';

/**
 * `npm run demo`: a simulated fleet and the console over it, from a fresh clone to an address. With `--dev` the console
 * is the one being written.
 */

const { say, refuse } = prepare;
const beganMs = performance.now();
const developing = process.argv.includes('--dev');
const HOST = process.env.WINDSOCK_HOST || '127.0.0.1';

prepare.refuseOldNode();
const port = prepare.portFrom('PORT', 3000);
const labPort = prepare.portFrom('LAB_PORT', 9400);
if (port === labPort) refuse(`PORT and LAB_PORT are both ${port}; they must differ.`);
for (const [name, number, host] of [
  ['PORT', port, HOST],
  ['LAB_PORT', labPort, '127.0.0.1'],
]) {
  if (!(await prepare.isFree(number, host))) {
    refuse(
      `port ${number} is taken; choose another, such as ${name}=${number + 1} npm run ${developing ? 'dev' : 'demo'}.`,
    );
  }
}
prepare.ensureInstalled();
prepare.ensureGenerated();
if (!developing && !prepare.ensureBuilt()) refuse('the console could not be built; the reason is above.');

// Who writes the demo's past incident, and who delivers its alerts; see windsock.demo.yaml. New for each start.
const secrets = Object.fromEntries(
  ['ANA', 'BO', 'CHRIS', 'DEE', 'ALERTS'].map((name) => [`DEMO_${name}`, randomBytes(24).toString('hex')]),
);
const group = prepare.processGroup();
say('starting the lab: a simulated fleet of ML services with three days of history …');
const lab = group.start(['--import', 'tsx', 'lab/main.ts', '--port', String(labPort)], { HOST: '127.0.0.1' }, 'ignore');
// First, so that the console's first checks and evaluations, which are kept, find their sources.
if (await prepare.answers(`http://127.0.0.1:${labPort}/healthz`, lab)) await startConsole();
else failed('lab');

async function startConsole() {
  if (group.stopping) return;
  say('starting the console …');
  const server = group.start(
    prepare.nextArgs(developing ? 'dev' : 'start', { host: HOST, port }),
    {
      WINDSOCK_CONFIG: process.env.WINDSOCK_CONFIG || join(prepare.ROOT, 'windsock.demo.yaml'),
      ...secrets,
      LAB_PORT: String(labPort),
      PORT: String(port),
      WINDSOCK_HOST: HOST,
    },
    'ignore',
  );
  const url = `http://${HOST === '0.0.0.0' || HOST === '::' ? 'localhost' : HOST}:${port}`;
  if (!(await prepare.answers(`${url}/api/health`, server))) return failed('console');
  say(`ready after ${((performance.now() - beganMs) / 1000).toFixed(1)} s: ${url}`);
  say('Ctrl-C stops the console and the lab.');
  // Another configuration may be of a console that is not for play.
  if (!process.env.WINDSOCK_CONFIG) tellPastIncident(url);
}

function failed(what) {
  if (group.stopping) return;
  console.error(`windsock: the ${what} did not answer in time.`);
  group.stop(1);
}

/** The demo's past incident, told while the console is in use already. That it fails is said and ends nothing. */
function tellPastIncident(url) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo-incident.ts', url], {
    cwd: prepare.ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...secrets },
  });
  process.on('exit', () => child.kill());
}
