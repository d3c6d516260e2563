import { readFileSync } from 'node:fs';
import { checkEntry, type ReferenceEntry } from './reference-functions';

/**
 * `npm run check:reference -- FILE`: runs every entry of a file of reference values through the console's own functions
 * and prints passed and failed per `what`. What the console has no function for is named. Exits with 1 on any failure,
 * with 2 where the file cannot be read or holds nothing to check.
 */

function refuse(sentence: string): never {
  console.error(`check:reference: ${sentence}`);
  process.exit(2);
}

const isEntry = (value: unknown): value is ReferenceEntry =>
  typeof value === 'object' &&
  value !== null &&
  'what' in value &&
  typeof value.what === 'string' &&
  'inputs' in value &&
  typeof value.inputs === 'object' &&
  value.inputs !== null &&
  'expected' in value &&
  'tolerance' in value;

function entriesOf(file: string): ReferenceEntry[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    refuse(`${file} cannot be read as JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const lists = Array.isArray(parsed)
    ? [parsed]
    : Object.values(typeof parsed === 'object' && parsed !== null ? parsed : {}).filter(Array.isArray);
  const all: unknown[] = lists.flat();
  const entries = all.filter(isEntry);
  if (entries.length === 0) refuse(`${file} holds no entries with what, inputs, expected and tolerance.`);
  if (entries.length < all.length)
    refuse(`${all.length - entries.length} entries of ${file} lack what, inputs, expected or tolerance.`);
  return entries;
}

const [file, ...rest] = process.argv.slice(2);
if (file === undefined || rest.length > 0) refuse('say one file: npm run check:reference -- FILE');

const tally = new Map<string, { passed: number; failed: number; unknown: number }>();
const failures: string[] = [];
const unchecked: string[] = [];
for (const entry of entriesOf(file)) {
  const outcome = checkEntry(entry);
  const line = tally.get(entry.what) ?? { passed: 0, failed: 0, unknown: 0 };
  line[outcome.state] += 1;
  tally.set(entry.what, line);
  if (outcome.state === 'passed' && outcome.unchecked !== undefined) {
    unchecked.push(`${outcome.unchecked.join(', ')} of ${entry.what}`);
  }
  if (outcome.state === 'failed') {
    failures.push(
      `${entry.what}${entry.id === undefined ? '' : ` (${entry.id})`}: expected ${JSON.stringify(entry.expected)}, got ${JSON.stringify(outcome.got)}`,
    );
  }
}

const sum = (state: 'passed' | 'failed' | 'unknown'): number =>
  [...tally.values()].reduce((all, line) => all + line[state], 0);
for (const [what, { passed, failed, unknown }] of tally) {
  if (unknown === 0) console.log(`${failed > 0 ? 'FAILED' : 'passed'}  ${passed} passed, ${failed} failed  ${what}`);
}
for (const [what, { unknown }] of tally) if (unknown > 0) console.log(`unknown ${unknown} not checked  ${what}`);
for (const part of unchecked) console.log(`unknown parts, not checked: ${part}`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('unknown')} unknown in ${file}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
