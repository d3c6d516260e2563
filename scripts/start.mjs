import { spawnSync } from 'node:child_process';
import * as prepare from './prepare.mjs';

/** `npm start`: the console against the sources of windsock.yaml. */

const { say, refuse } = prepare;
prepare.refuseOldNode();
prepare.ensureInstalled();
prepare.ensureGenerated();

const asked = spawnSync(
  process.execPath,
  ['--conditions=react-server', '--import', 'tsx', 'scripts/print-address.ts'],
  { cwd: prepare.ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
);
if (asked.status !== 0) process.exit(1);
const { host, port, file } = JSON.parse(asked.stdout);
if (!(await prepare.isFree(port, host)))
  refuse(`port ${port} of ${host} is taken; set PORT, or server.port in ${file}.`);
if (!prepare.ensureBuilt()) refuse('the console could not be built; the reason is above.');

const group = prepare.processGroup();
const server = group.start(
  prepare.nextArgs('start', { host, port }),
  { PORT: String(port), WINDSOCK_HOST: host },
  'ignore',
);
const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
if (await prepare.answers(`http://${shown}:${port}/api/health`, server))
  say(`ready: http://${shown}:${port} (${file})`);
else if (!group.stopping) {
  console.error('windsock: the console did not answer in time.');
  group.stop(1);
}
