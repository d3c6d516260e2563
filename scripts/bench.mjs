import * as prepare from './prepare.mjs';

/** `npm run bench`: measures the built console over the lab and prints JSON; everything else goes to standard error. */

prepare.refuseOldNode();
prepare.ensureInstalled();
prepare.ensureGenerated();
// Simulated rollouts are arithmetic: nothing need be built for them.
const needsBuild = process.argv.slice(2).join() !== 'rollouts';
if (needsBuild && !prepare.ensureBuilt()) prepare.refuse('the console could not be built; the reason is above.');
process.exit(prepare.runNode(['--import', 'tsx', 'tests/bench/main.ts', ...process.argv.slice(2)]));
