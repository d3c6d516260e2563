import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import type { Role } from '@/lib/contracts/fleet';
import type { FeatureRow, Nowhere, Place, PredictionRecord, SimilarRequests } from '@/lib/contracts/request-story';
import { muted, value } from './answer-parts';
import { modelHref } from './fleet-answer';
import { formatInstant, formatMs, formatNumber, formatRatioPercent } from './format';
import { furtherMs } from './request-story-windows';

/** The sentences a request's page opens with. Nothing is claimed that no part of the story says. */

/** Slower than this share of its hour is worth saying as a warning. */
const SLOW_SHARE = 0.95;
/** Confidence below this is close to a coin's toss between two labels. */
export const LOW_CONFIDENCE = 0.6;

/** "slower than at least 95 % of its requests that hour"; what the bucket allows, and no more. */
export function latencyWords({ low, high }: Place): string {
  if (low >= 0.5) return `slower than at least ${formatRatioPercent(low)} of its requests that hour`;
  if (high < 0.5) return `faster than at least ${formatRatioPercent(1 - high)} of its requests that hour`;
  return `between ${formatRatioPercent(low)} and ${formatRatioPercent(high)} of its requests that hour were as fast or faster`;
}

const featureValue = (row: FeatureRow): string =>
  typeof row.value === 'number' ? formatNumber(row.value, 4) : String(row.value).slice(0, 60);

/** What is known so far; a part that has not answered yet, or has no answer, is null. */
export interface Told {
  requestId: string | null;
  traceId: string | null;
  record: PredictionRecord;
  role: Role | null;
  place: Place | null;
  features: readonly FeatureRow[] | null;
  similar: SimilarRequests | null;
  noTrace: string | null;
  noLines: string | null;
}

function who({ record, role }: Told): AnswerPart[] {
  if (record.model === null) return [value(record.service ?? 'A service that names no model')];
  const version = record.version === null ? '' : ` ${record.version}`;
  return [
    { text: `${record.model}${version}`, tone: 'value', to: modelHref(record.model) },
    ...(role === null || role === 'other' ? [] : [muted(` (${role} then)`)]),
  ];
}

function what({ record, place }: Told): AnswerPart[] {
  const slow = place !== null && place.low >= SLOW_SHARE;
  const took =
    record.latencyMs === null
      ? []
      : [value(` ${record.status === 'error' ? 'after' : 'in'} ${formatMs(record.latencyMs)}`)];
  const lies: AnswerPart[] =
    place === null ? [] : [value(' ('), { text: latencyWords(place), tone: slow ? 'watch' : 'muted' }, value(')')];
  if (record.status === 'error') {
    const error = record.error === null ? 'its log line does not say why' : record.error.slice(0, 200);
    return [...took, ...lies, value(`: ${error}`)];
  }
  const said: AnswerPart[] = [];
  if (record.label !== null) said.push(value(` with label ${record.label.slice(0, 80)}`));
  if (record.score !== null)
    said.push(value(`${record.label === null ? ' with score ' : ', '}${formatNumber(record.score, 3)}`));
  if (record.label === null && record.score === null) said.push(muted('; what it answered is in no log line'));
  if (record.confidence !== null) said.push(muted(`, confidence ${formatNumber(record.confidence, 2)}`));
  return [...took, ...lies, ...said];
}

function inputs({ features }: Told): AnswerText {
  if (features === null || features.length === 0) return [];
  const odd = features.filter(({ verdict }) => verdict === 'unusual' || verdict === 'unseen');
  const missing = features.filter(({ verdict }) => verdict === 'missing');
  const usual = features.filter(({ verdict }) => verdict === 'usual').length;
  const lines: AnswerText = odd.slice(0, 2).map((row) => ({
    status: 'watch',
    parts: [
      value(`${row.name} = ${featureValue(row)} is `),
      { text: row.verdict === 'unseen' ? 'new' : 'unusual', tone: 'watch' },
      value(`: ${row.words}.`),
    ],
  }));
  if (odd.length > 2)
    lines.push({ status: 'watch', parts: [value(`${odd.length - 2} more of its inputs are unusual.`)] });
  if (missing.length > 0) {
    const names = missing
      .slice(0, 3)
      .map(({ name }) => name)
      .join(', ');
    lines.push({
      status: 'watch',
      parts: [value(`Without a value: ${names}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}.`)],
    });
  }
  if (lines.length === 0 && usual > 0) {
    const all = usual === features.length ? `All ${usual}` : `${usual} of ${features.length}`;
    const rest = usual === features.length ? '' : '; of the others nothing can be said';
    lines.push({
      status: 'ok',
      parts: [
        value(`${all} logged inputs lie where such values usually do`),
        muted(`, as far as buckets tell${rest}.`),
      ],
    });
  }
  return lines;
}

/** The answer of a request's page: who answered, how long it took, with what, what was odd about it, what is not known. */
export function storyAnswer(told: Told): AnswerText {
  const { record, place, requestId, traceId } = told;
  const isSlow = place !== null && place.low >= SLOW_SHARE;
  const status: Status =
    record.status === 'error'
      ? 'bad'
      : record.status === null && record.label === null
        ? 'unknown'
        : isSlow
          ? 'watch'
          : 'ok';
  const verb: AnswerPart =
    record.status === 'error'
      ? { text: ' failed on', tone: 'bad' }
      : record.status === null && record.latencyMs === null
        ? value(' was part of')
        : value(' answered');
  const subject = requestId ?? (traceId === null ? 'this request' : `trace ${traceId}`);
  const answer: AnswerText = [
    { status, parts: [...who(told), verb, value(` ${subject}`), ...what(told), value('.')] },
    ...inputs(told),
  ];
  const [near] = told.similar?.rows ?? [];
  if (record.status === 'error' && near !== undefined) {
    answer.push({
      status: 'unknown',
      parts: [
        muted('One like it that went well: '),
        { text: near.id, tone: 'value', to: requestHref(near.id, near.atMs) },
        muted('.'),
      ],
    });
  }
  if (told.noLines !== null) answer.push({ status: 'unknown', parts: [muted(`Without log lines: ${told.noLines}`)] });
  else if (told.noTrace !== null)
    answer.push({ status: 'unknown', parts: [muted(`Without a trace: ${told.noTrace}`)] });
  return answer;
}

/** Address of a request's page; `atMs` spares the search through all windows. */
export const requestHref = (id: string, atMs: number | null): string =>
  `/requests/${encodeURIComponent(id)}${atMs === null ? '' : `?at=${Math.floor(atMs)}`}`;

/** An id that no source has: where was looked, and what would help. */
export function nowhere(asked: {
  id: string;
  /** What the text looked like: "a request id", "a trace id". */
  kinds: readonly string[];
  looked: Nowhere['looked'];
  backMs: number;
  hasTempo: boolean;
  hasLoki: boolean;
}): Nowhere {
  const { looked, kinds, id } = asked;
  const searched = looked.filter(({ failed }) => !failed);
  const failed = looked.filter((one) => one.failed);
  const where = searched.map(({ source, words, backToMs }) =>
    backToMs === null
      ? `${source} (${words ?? 'all of its time'})`
      : `${source} back to ${formatInstant(backToMs, 'UTC')}`,
  );
  const advice: string[] = [];
  if (failed.length > 0)
    advice.push(`Ask again once ${failed.map(({ source }) => source).join(' and ')} can be asked: it may be there.`);
  advice.push('A request of the last minute may not have arrived yet: look again in ten seconds.');
  if (!asked.hasLoki) advice.push('With a Loki configured, every logged request could be found, traced or not.');
  if (!asked.hasTempo) advice.push('With a Tempo configured, its trace could be found.');
  advice.push(
    'A source may keep less than was looked through; the retention of Loki and Tempo says how far back they go.',
  );
  advice.push(
    'Check that the id is whole, and that services log it as request_id or trace_id (signals.logFields renames these).',
  );
  const short = id.length > 80 ? `${id.slice(0, 80)}…` : id;
  return {
    looked,
    advice,
    furtherMs: furtherMs(asked.backMs),
    answer: [
      {
        status: failed.length > 0 ? 'watch' : 'unknown',
        parts: [
          value(`${short}${kinds.length === 0 ? '' : `, read as ${kinds.join(' or ')},`} is `),
          { text: failed.length > 0 ? 'not found so far' : 'nowhere', tone: failed.length > 0 ? 'watch' : 'unknown' },
          value(where.length === 0 ? '.' : `: looked in ${where.join(' and in ')}.`),
          ...failed.map(({ source }) => muted(` ${source} could not be searched.`)),
        ],
      },
    ],
  };
}
