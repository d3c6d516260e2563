import 'server-only';
import type { LogEmptiness } from '@/lib/contracts/logs';
import type { Why } from '@/lib/contracts/why';
import { formatCount, formatDuration } from '@/lib/domain/format';
import { DAY_MS } from '@/lib/domain/time';
import { whyOf } from '../answer';
import { AppError } from '../errors';
import type { LokiClient } from '../loki/client';
import { matchersOf, selectorOf } from '../loki/logql';
import { redact } from '../redaction/redact';
import { countLines } from './count';

/** How far back is looked for what the range does not hold. */
const LOOK_BACK_MS = 7 * DAY_MS;
const MAX_NAMED = 6;

interface Range {
  startMs: number;
  endMs: number;
}

interface Diagnosis {
  emptiness: LogEmptiness;
  why: Why[];
}

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, MAX_NAMED).map((name) => redact(name));
  return names.length > MAX_NAMED ? `${shown.join(', ')} and ${names.length - MAX_NAMED} more` : shown.join(', ');
};

/** Why a query finds nothing: no such label, no such stream, streams without lines, a filter, or a time Loki does not hold. */
export async function diagnoseEmptiness(
  loki: LokiClient,
  query: string,
  { startMs, endMs }: Range,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const range = { startMs, endMs };
  const selector = selectorOf(query);
  const unknown: LogEmptiness = {
    reason: 'unknown',
    what: 'No line matches in this range.',
    why: 'Loki answered, and gave no reason.',
    action: 'A longer range or fewer filters may find some.',
  };
  if (selector === null) return { emptiness: unknown, why: [] };
  try {
    const streams = await loki.series({ match: [selector], ...range }, signal);
    const why = [whyOf(streams, 'streams that fit the selector')];
    if (streams.value.length > 0)
      return await filteredOut(loki, { selector, query, streams: streams.value.length, why }, range, signal);
    return await noStream(loki, { selector, why }, range, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    return { emptiness: { ...unknown, why: `Why was not found out: ${error.message}` }, why: [] };
  }
}

async function filteredOut(
  loki: LokiClient,
  { selector, query, streams, why }: { selector: string; query: string; streams: number; why: Why[] },
  range: Range,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const all = await countLines(loki, selector, range, signal);
  const lines = all.value.series.reduce((sum, { values }) => sum + values.reduce<number>((a, b) => a + (b ?? 0), 0), 0);
  const proof = [...why, whyOf(all, 'lines of the streams without the filter')];
  if (lines > 0 && query.trim() !== selector) {
    return {
      emptiness: {
        reason: 'filter_matches_nothing',
        what: 'The filter matches no line.',
        why: `${streams === 1 ? 'The stream holds' : `The ${formatCount(streams)} streams hold`} ${formatCount(lines)} lines in this range, and none passes the filter.`,
        action: 'Take a filter away: text is found in any case, a field only by its whole value.',
      },
      why: proof,
    };
  }
  return {
    emptiness: {
      reason: 'no_lines_in_range',
      what: 'These streams have no line in this range.',
      why: `${formatCount(streams)} ${streams === 1 ? 'stream fits' : 'streams fit'} the selector, and none wrote within ${formatDuration(range.endMs - range.startMs)}.`,
      action: 'Choose a longer range.',
    },
    why: proof,
  };
}

async function noStream(
  loki: LokiClient,
  { selector, why }: { selector: string; why: Why[] },
  range: Range,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const names = await loki.labels(range, signal);
  const proof = [...why, whyOf(names, 'names of stream labels in this range')];
  if (names.value.length === 0) return await nothingHeld(loki, proof, range, signal);
  const matchers = matchersOf(selector);
  const absent = matchers.find(({ name }) => !names.value.includes(name));
  if (absent !== undefined) {
    return {
      emptiness: {
        reason: 'no_label',
        what: `No stream in this range has the label ${redact(absent.name)}.`,
        why: `The stream labels are ${listed(names.value)}. Fields within the lines are no stream labels.`,
        action: 'Filter by one of these labels, or by the field behind "| json".',
      },
      why: proof,
    };
  }
  const wider = { startMs: Math.max(0, range.startMs - LOOK_BACK_MS), endMs: range.endMs };
  const before = await loki.series({ match: [selector], ...wider }, signal);
  proof.push(whyOf(before, 'the same streams in the week before'));
  if (before.value.length > 0) {
    return {
      emptiness: {
        reason: 'no_lines_in_range',
        what: 'These streams have no line in this range.',
        why: `${formatCount(before.value.length)} ${before.value.length === 1 ? 'stream' : 'streams'} of this selector wrote in the week before it.`,
        action: 'Choose a longer range.',
      },
      why: proof,
    };
  }
  for (const { name } of matchers) {
    const alone = matchers.filter((one) => one.name === name);
    const values = await loki.labelValues(name, range, signal);
    const wanted = alone.find(
      ({ op, literal }) => op === '=' && !values.value.some((value) => JSON.stringify(value) === literal),
    );
    if (wanted !== undefined) {
      return {
        emptiness: {
          reason: 'no_stream',
          what: `No stream has ${redact(`${name}=${wanted.literal}`)} in this range.`,
          why: `Its values are ${listed(values.value)}.`,
          action: 'Choose one of these values.',
        },
        why: [...proof, whyOf(values, `values of ${name}`)],
      };
    }
  }
  return {
    emptiness: {
      reason: 'no_stream',
      what: 'No stream fits this selector.',
      why: 'Each label is there, and no stream has all of these values at once, in this range or the week before.',
      action: 'Take a label away.',
    },
    why: proof,
  };
}

async function nothingHeld(loki: LokiClient, why: Why[], range: Range, signal: AbortSignal): Promise<Diagnosis> {
  const nowMs = Date.now();
  const recent = await loki.labels({ startMs: nowMs - DAY_MS, endMs: nowMs }, signal);
  const proof = [...why, whyOf(recent, 'names of stream labels in the last day')];
  const isPast = range.endMs < nowMs - DAY_MS;
  if (recent.value.length > 0) {
    return {
      emptiness: {
        reason: 'outside_retention',
        what: 'Loki holds no line at all in this range.',
        why: isPast
          ? 'It has streams of the last day, so the range lies before what it keeps, or before it was installed.'
          : 'It has streams of the last day, and none here.',
        action: 'Choose a later range; retention is set in Loki.',
      },
      why: proof,
    };
  }
  return {
    emptiness: {
      reason: 'no_lines_in_range',
      what: 'Loki holds no line in this range, and none of the last day.',
      why: 'It answers and has no stream: nothing is sent to it, or the tenant is another.',
      action: 'Check that the services send logs here, and the tenant header under sources.loki.',
    },
    why: proof,
  };
}
