import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { Impact, ImpactAgainst, ImpactExcess, ImpactRow } from '@/lib/contracts/impact';
import { plainSentence } from './answer-parts';
import { formatCount, formatDuration, formatMs, formatRatioPercent } from './format';
import { escapeMarkdown } from './markdown';

/** What an incident is set against, as the end of a sentence. */
export const AGAINST_WORDS: Readonly<Record<ImpactAgainst, string>> = {
  before: 'right before it',
  day: 'at the same time the day before',
  week: 'at the same time the week before',
};

/** Versions that a sentence names. */
const MAX_NAMED = 3;

const value = (text: string): AnswerPart => ({ text, tone: 'value' });
const muted = (text: string): AnswerPart => ({ text, tone: 'muted' });
const nameOf = ({ model, version }: ImpactRow): string => `${model} ${version}`;

/** "1 240 (1 180 to 1 300)"; an end below zero is said as it is. */
export const formatExcess = ({ count, low, high }: ImpactExcess): string =>
  `${formatCount(count)} (${formatCount(low)} to ${formatCount(high)})`;

/** What happened to one version, as the parts of a sentence without its name; what is not certainly more is called so. */
function impactClauses(row: ImpactRow): string[] {
  const { requests, expectedRequests, failed, slow, boundMs, states } = row;
  const clauses: string[] = [];
  if (states.includes('gone')) {
    const instead = expectedRequests === null ? '' : ` instead of about ${formatCount(expectedRequests)}`;
    return [`answered no counted prediction${instead}`];
  }
  if (failed.count === null) clauses.push('how many failed is not measured');
  else if (failed.excess === null || failed.beforeRatio === null) {
    const why = states.includes('new') ? 'it was not in service before' : 'before is not measured';
    clauses.push(`${formatRatioPercent(failed.ratio)} of ${formatCount(requests)} predictions failed (${why})`);
  } else {
    const share = `${formatRatioPercent(failed.ratio)} of ${formatCount(requests)} predictions failed against ${formatRatioPercent(failed.beforeRatio)} before`;
    clauses.push(
      states.includes('failed')
        ? `${share}, ${formatExcess(failed.excess)} more than usual`
        : `${share}, no certain difference`,
    );
  }
  if (states.includes('slow') && slow.excess !== null) {
    clauses.push(
      `${formatRatioPercent(slow.ratio)} took longer than ${formatMs(boundMs)} against ${formatRatioPercent(slow.beforeRatio)} before, ${formatExcess(slow.excess)} more than usual`,
    );
  }
  return clauses;
}

/** A version's sentence as it may stand in Markdown: names from telemetry are text. */
export const impactSentence = (row: ImpactRow): string =>
  `${escapeMarkdown(nameOf(row))}: ${impactClauses(row).join('; ')}.`;

const isHurt = ({ states }: ImpactRow): boolean => states.some((state) => state !== 'new');

/** Rows that something certainly happened to. */
export const hurtRows = ({ rows }: Pick<Impact, 'rows'>): ImpactRow[] => rows.filter(isHurt);

function named(rows: readonly ImpactRow[]): string {
  const first = rows.slice(0, MAX_NAMED).map(nameOf);
  const rest = rows.length - first.length;
  return rest > 0 ? `${first.join(', ')} and ${formatCount(rest)} more` : first.join(', ');
}

/** The sentences that the impact is told with: what was lost, of which versions; then what cannot be known. */
export function impactAnswer(impact: Omit<Impact, 'answer' | 'why'>): AnswerText {
  const { rows, failed, slow, startMs, endMs, against, gaps } = impact;
  const lasted = formatDuration(endMs - startMs);
  const than = `than ${AGAINST_WORDS[against]}`;
  const answer: AnswerText = [];
  const of = (state: ImpactRow['states'][number]) => rows.filter(({ states }) => states.includes(state));
  if (rows.length === 0) {
    answer.push({ status: 'unknown', parts: [value('No prediction was counted in this time.')] });
  }
  if (failed !== null) {
    answer.push({
      status: 'bad',
      parts: [
        value(`${formatExcess(failed)} more predictions failed`),
        muted(` in ${lasted} ${than}: ${named(of('failed'))}.`),
      ],
    });
  } else if (rows.some((row) => row.failed.excess !== null)) {
    answer.push({ status: 'ok', parts: [value('No version certainly failed more'), muted(` in ${lasted} ${than}.`)] });
  } else if (rows.length > 0) {
    answer.push({ status: 'unknown', parts: [value('Whether more predictions failed is not measured.')] });
  }
  if (slow !== null) {
    answer.push({
      status: 'watch',
      parts: [
        value(`${formatExcess(slow)} more were slower than their objective allows`),
        muted(` ${than}: ${named(of('slow'))}.`),
      ],
    });
  }
  const gone = of('gone');
  if (gone.length > 0) {
    answer.push({ status: 'watch', parts: [value(named(gone)), muted(' answered nothing that was counted.')] });
  }
  return [...answer, ...gaps.map((gap) => ({ status: 'unknown' as const, parts: [value(gap)] }))];
}

/** The impact as an entry of a timeline, in Markdown: how it was counted, then each version that was hurt. */
export function impactEntryText(impact: Omit<Impact, 'why'>): string {
  const head = `Impact in predictions over ${formatDuration(impact.endMs - impact.startMs)}, against the time ${AGAINST_WORDS[impact.against]}; 95 % intervals.`;
  const hurt = hurtRows(impact);
  if (hurt.length === 0) {
    const told = impact.answer.map(({ parts }) => plainSentence(parts)).join(' ');
    return `${head} ${escapeMarkdown(told)}`;
  }
  return `${head}\n\n${hurt.map((row) => `- ${impactSentence(row)}`).join('\n')}`;
}
