import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as prepare from './prepare.mjs';

/**
 * `npm test`: everything that is checked, from a fresh clone. The last line is `N passed, N failed`, followed by
 * `, N skipped` where something could not run here; type check, lint and build count as one test each.
 */

const { ROOT, say } = prepare;
const counts = { passed: 0, failed: 0, skipped: 0 };
const loud = [];

/** Programs of the system that tests drive, by the Debian package that holds them. */
const PROGRAMS = [
  { program: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', package: 'chromium', tests: 'the tests in a browser' },
  { program: '/usr/bin/promtool', package: 'prometheus', tests: 'the comparison with a real Prometheus' },
  {
    program: '/usr/bin/prometheus-alertmanager',
    package: 'prometheus-alertmanager',
    tests: 'the tests with a real Alertmanager',
  },
];

function installPrograms() {
  const missing = () => PROGRAMS.filter(({ program }) => !existsSync(program));
  const packages = missing().map((entry) => entry.package);
  if (packages.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`installing from the system's packages: ${packages.join(', ')} …`);
    // RUNLEVEL keeps the packages from starting their services.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    spawnSync('apt-get', ['update', '-qq'], quiet);
    // One by one, so that one that is not to be had does not keep the others away.
    for (const name of packages) spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], quiet);
  }
  for (const { program, tests, package: name } of missing()) {
    loud.push(`SKIPPED ${tests}: there is no ${program} here (Debian's package ${name}).`);
  }
}

/** One check that passes or fails as a whole. */
function check(name, work) {
  say(`${name} …`);
  const passed = work();
  counts[passed ? 'passed' : 'failed'] += 1;
  if (!passed) loud.push(`FAILED ${name}`);
  return passed;
}

/** Runs one vitest configuration and adds up its report. */
function vitest(name, config) {
  say(`${name} …`);
  const report = join(ROOT, 'test-results', `${name.replaceAll(' ', '-')}.json`);
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const args = ['run', '--config', config, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const code = prepare.runNode([join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], { NODE_ENV: 'test' });
  if (!existsSync(report)) {
    counts.failed += 1;
    loud.push(`FAILED ${name}: it ended without a report`);
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A file that cannot even be loaded has no test that could fail.
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  for (const { name: file } of broken) loud.push(`FAILED ${file}`);
  // What failed and then passed is passed, but never in silence: the page or its test has a race.
  for (const { name: file, assertionResults } of testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status !== 'passed' || failureMessages.length === 0) continue;
      loud.push(
        `PASSED ONLY ON THE SECOND TRY ${relative(ROOT, file)}: ${fullName}\n  ${failureMessages[0].split('\n')[0]}`,
      );
    }
  }
  let failed = numFailedTests + broken.length;
  if (code !== 0 && failed === 0) {
    failed = 1;
    loud.push(`FAILED ${name}: an error outside of any test, see above`);
  }
  counts.passed += numPassedTests;
  counts.failed += failed;
  counts.skipped += numPendingTests + numTodoTests;
}

prepare.refuseOldNode();
installPrograms();
prepare.ensureInstalled();
prepare.ensureGenerated();

const bin = (path) => join(ROOT, 'node_modules', path);
// The types of routes and of Next.js itself, which the type check includes.
prepare.runNode([bin('next/dist/bin/next'), 'typegen']);
check('type check', () => prepare.runNode([bin('typescript/bin/tsc'), '--noEmit', '-p', '.']) === 0);
check('lint', () => prepare.runNode([bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']) === 0);
vitest('tests', 'vitest.config.ts');
if (check('build', () => prepare.ensureBuilt())) {
  if (existsSync(PROGRAMS[0].program)) {
    vitest('browser tests', 'vitest.e2e.config.ts');
  } else {
    const files = readdirSync(join(ROOT, 'tests/e2e'), { recursive: true });
    counts.skipped += files.filter((file) => /\.test\.tsx?$/.test(String(file))).length;
  }
}

for (const line of loud) console.error(line);
process.exitCode = counts.failed > 0 ? 1 : 0;
const { passed, failed, skipped } = counts;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
