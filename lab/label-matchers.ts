import { RE2JS } from 're2js';
import type { Labels, Matcher } from './stores';

/** A regular expression that RE2 refuses; the message is RE2's own. */
export class BadPattern extends Error {}

/** What a pattern without any operator but `|` stands for, or null where it is a real pattern. */
function literals(pattern: string): Set<string> | null {
  return /^[\w :/@,=&%~#-]*(\|[\w :/@,=&%~#-]*)*$/.test(pattern) ? new Set(pattern.split('|')) : null;
}

/** An RE2 pattern anchored at both ends, where `.` matches a newline too, as Prometheus and Loki compile them. */
export function compilePattern(pattern: string): (value: string) => boolean {
  if (pattern === '.*') return () => true;
  if (pattern === '.+') return (value) => value !== '';
  const words = literals(pattern);
  if (words !== null) return (value) => words.has(value);
  let compiled: RE2JS;
  try {
    // Written out so that RE2's message shows what Prometheus' message shows.
    compiled = RE2JS.compile(`^(?s:${pattern})$`);
  } catch (error) {
    throw new BadPattern(error instanceof Error ? error.message : String(error), { cause: error });
  }
  // Label values repeat over many series; a pattern is run once for each value.
  const seen = new Map<string, boolean>();
  return (value) => {
    const known = seen.get(value);
    if (known !== undefined) return known;
    const matches = compiled.matches(value);
    seen.set(value, matches);
    return matches;
  };
}

/** The test of one matcher on a label's value; a label that is not there has the value ''. Throws BadPattern. */
export function matcherTest(matcher: Matcher): (value: string) => boolean {
  const { op, value: wanted } = matcher;
  if (op === '=') return (value) => value === wanted;
  if (op === '!=') return (value) => value !== wanted;
  const matches = compilePattern(wanted);
  return op === '=~' ? matches : (value) => !matches(value);
}

/** A test of a label set that every matcher must pass. Throws BadPattern. */
export function labelsTest(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: matcherTest(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''));
}
