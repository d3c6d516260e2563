import type { Labels } from '@/lib/contracts/series';
import type { SilenceMatcher } from '@/lib/contracts/silence';
import { formatCount, formatDuration } from './format';
import { DAY_MS } from './time';

/** Silences: what is refused, what is wanted of an Alertmanager, and what a preview says. */

/** Labels that change with every restart: a silence with them is soon one of nothing. */
const VOLATILE: ReadonlySet<string> = new Set([
  'instance',
  'pod',
  'pod_name',
  'container_id',
  'replica',
  'prometheus',
  'prometheus_replica',
  'endpoint',
]);

/** The matcher as Alertmanager writes it: `severity!~"info|none"`. */
export const matcherText = ({ name, value, isRegex, isEqual }: SilenceMatcher): string =>
  `${name}${isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!='}${JSON.stringify(value)}`;

/** Matchers of equality for an alert's labels, its name first, without those that change with every restart. */
export const matchersOf = (labels: Labels): SilenceMatcher[] =>
  Object.entries(labels)
    .filter(([name, value]) => !VOLATILE.has(name) && value !== '')
    .sort(([a], [b]) => Number(b === 'alertname') - Number(a === 'alertname') || (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }));

/** "0.27.0" as [0, 27]; null for what is no version. */
function versionOf(text: string | null): [number, number] | null {
  const match = /^v?(\d+)\.(\d+)/.exec(text ?? '');
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

const isBefore = (version: [number, number] | null, minor: number): boolean =>
  version !== null && version[0] === 0 && version[1] < minor;

const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * Why a silence is not made, as sentences; empty: it may be. A silence needs one matcher of equality with a value, so
 * that it names what it mutes; positive ones that an absent label would meet name nothing, so they are refused.
 * `emptyFits` says whether an expression fits the empty text, null where it cannot be read. An unknown version refuses nothing.
 */
export function matcherFaults(
  matchers: readonly SilenceMatcher[],
  asked: { source: string; version: string | null; emptyFits: (expression: string) => boolean | null },
): string[] {
  const { source, version, emptyFits } = asked;
  const known = versionOf(version);
  const faults: string[] = [];
  for (const matcher of matchers) {
    const text = matcherText(matcher);
    const { name, value, isRegex, isEqual } = matcher;
    if (!CLASSIC_NAME.test(name) && isBefore(known, 27)) {
      faults.push(
        `${source} is Alertmanager ${version}, which knows no label ${name}: names beyond letters, digits and _ need 0.27.`,
      );
    }
    if (!isEqual && isBefore(known, 22)) {
      faults.push(`${source} is Alertmanager ${version}, which has no ${isRegex ? '!~' : '!='}: that needs 0.22.`);
    }
    const fits = isRegex ? emptyFits(value) : value === '';
    if (fits === null) faults.push(`${text}: this is no regular expression that Alertmanager reads (RE2).`);
    else if (fits && isEqual) {
      faults.push(
        isRegex
          ? `${text} fits alerts without ${name} as well, so it narrows nothing: take .+ where any value will do.`
          : `${text} has no value: it fits every alert without ${name}.`,
      );
    }
  }
  if (!matchers.some(({ isEqual, isRegex, value }) => isEqual && !isRegex && value !== '')) {
    faults.push('A silence needs at least one matcher of equality, such as alertname="…": it must name what it mutes.');
  }
  return faults;
}

/** How far ahead a silence may start. */
const MAX_AHEAD_MS = 60 * DAY_MS;

/** Why these times are refused; null: they are not. */
export function timeFault(
  { startsAtMs, endsAtMs }: { startsAtMs: number; endsAtMs: number },
  { nowMs, maxMs }: { nowMs: number; maxMs: number },
): string | null {
  if (endsAtMs <= nowMs) return 'The end has passed already.';
  if (endsAtMs <= startsAtMs) return 'It must end after it starts.';
  if (startsAtMs - nowMs > MAX_AHEAD_MS) {
    return `It would start in ${formatDuration(startsAtMs - nowMs)}: at most ${formatDuration(MAX_AHEAD_MS)} ahead, so that somebody still remembers it.`;
  }
  if (endsAtMs - Math.max(startsAtMs, nowMs) <= maxMs) return null;
  return `At most ${formatDuration(maxMs)} may be silenced at a time (alerts.maxSilence). What should be quiet for longer is a change of its rule.`;
}

const alertsWord = (count: number): string => `${formatCount(count)} ${count === 1 ? 'alert' : 'alerts'}`;

/**
 * What the preview says, and whether the silence is an extreme one that has to be accepted. `lately`: of one that starts
 * later, how many alerts that it fits fired in the last 7 days (null: not known); absent for one that starts now.
 */
export function previewVerdict({
  matched,
  total,
  lately,
}: {
  matched: number;
  total: number;
  lately?: number | null | undefined;
}): { extreme: 'everything' | 'nothing' | null; sentence: string } {
  if (lately !== undefined) return laterVerdict({ matched, total, lately });
  if (matched === 0) {
    const none = total === 0 ? 'there is no alert now' : `none of ${alertsWord(total)} matches`;
    return { extreme: 'nothing', sentence: `It would mute nothing right now: ${none}.` };
  }
  if (matched === total && total > 1) {
    return { extreme: 'everything', sentence: `It would mute every alert there is now, all ${formatCount(total)}.` };
  }
  return { extreme: null, sentence: `It would mute ${formatCount(matched)} of ${alertsWord(total)} right now.` };
}

/** Of a silence that starts later nobody knows what it will mute: what fires now and what fired lately has to do. */
function laterVerdict({ matched, total, lately }: { matched: number; total: number; lately: number | null }) {
  const now =
    total === 0
      ? 'There is no alert now'
      : `It fits none of ${alertsWord(total)} there ${total === 1 ? 'is' : 'are'} now`;
  const fired = `${lately === 1 ? '1 alert' : `${formatCount(lately)} alerts`} that it fits fired in the last 7 d`;
  if (matched === 0) {
    if (lately === null) return { extreme: 'nothing' as const, sentence: `${now}; what fired lately is not known.` };
    return lately === 0
      ? { extreme: 'nothing' as const, sentence: `${now}, and none that it fits fired in the last 7 d.` }
      : { extreme: null, sentence: `${now}; ${fired}.` };
  }
  const rest = lately === null ? '' : `; ${fired}`;
  return matched === total && total > 1
    ? {
        extreme: 'everything' as const,
        sentence: `It fits every alert there is now, all ${formatCount(total)}${rest}.`,
      }
    : {
        extreme: null,
        sentence: `It fits ${formatCount(matched)} of ${alertsWord(total)} there ${total === 1 ? 'is' : 'are'} now${rest}.`,
      };
}
