import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prepare from './prepare.mjs';

/**
 * `npm run test:explore -- [rounds] [part of a path …]`: looks for counterexamples to the laws that the tests state, with
 * a fresh seed in each round and ten times the runs. It ends with 1 when a law fell, and says the seed that shows it again.
 */

const { ROOT, say } = prepare;
const TIMES = process.env.PROPERTY_RUNS || '10';

const given = process.argv.slice(2);
const rounds = /^\d+$/.test(given[0] ?? '') ? Number(given.shift()) : 1;
const files = readdirSync(join(ROOT, 'tests'), { recursive: true })
  .map((file) => join('tests', String(file)))
  .filter((file) => /\.test\.tsx?$/.test(file) && (given.length === 0 || given.some((part) => file.includes(part))))
  .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes("from 'fast-check'"))
  .sort();
if (files.length === 0) prepare.refuse(`no test states a law under ${given.join(', ')}.`);

prepare.refuseOldNode();
prepare.ensureInstalled();
prepare.ensureGenerated();

const fallen = [];
for (let round = 1; round <= rounds; round += 1) {
  const seed = process.env.PROPERTY_SEED || String(randomInt(2 ** 31));
  say(`round ${round} of ${rounds}: ${files.length} files, seed ${seed}, ${TIMES} times the runs …`);
  const args = ['run', '--reporter=dot', '--testTimeout=600000', ...files];
  const env = { NODE_ENV: 'test', PROPERTY_SEED: seed, PROPERTY_RUNS: TIMES };
  if (prepare.runNode([join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], env) !== 0) fallen.push(seed);
}
for (const seed of fallen) {
  console.error(`FELL with seed ${seed}; again: PROPERTY_SEED=${seed} PROPERTY_RUNS=${TIMES} npx vitest run <file>`);
}
process.exitCode = fallen.length > 0 ? 1 : 0;
