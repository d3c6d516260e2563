import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { SloRow } from '@/lib/contracts/slo';
import { value } from './answer-parts';
import { formatDuration, formatNumber, formatRatioPercent } from './format';
import { listedFirst } from './listed';
import { rankOf } from './status';

/** Objectives named one by one before the rest is summed up. */
const MAX_SENTENCES = 3;

/** Where an objective's details are. */
export const sloHref = (row: Pick<SloRow, 'model' | 'name'>): string =>
  `/slos?${new URLSearchParams({ objective: `${row.model}/${row.name}` })}`;

const STATE_RANK = { page: 0, ticket: 1, 'no data': 2, refused: 3, ok: 4 } as const;

/** What needs a person most first: state, then the least budget left, then the name. */
export function bySloNeed(a: SloRow, b: SloRow): number {
  const rank = rankOf(a.status) - rankOf(b.status) || STATE_RANK[a.state] - STATE_RANK[b.state];
  if (rank !== 0) return rank;
  const left = (a.leftRatio ?? Number.POSITIVE_INFINITY) - (b.leftRatio ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(left) && left !== 0 ? left : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** "burns 38 × its budget over 1 h and 41 × over 5 min": the worst pair that fires. */
function burning(row: SloRow): string {
  const pair = row.pairs.find(({ firing }) => firing);
  if (pair === undefined) return '';
  const rates = `${formatNumber(pair.longBurn, 2)} × over ${formatDuration(pair.longMs)} and ${formatNumber(pair.shortBurn, 2)} × over ${formatDuration(pair.shortMs)}`;
  return `burns ${rates} (alerts over ${formatNumber(pair.factor)} ×, which ${pair.meaning})`;
}

function ends(row: SloRow): string {
  if (row.leftRatio !== null && row.leftRatio <= 0) return '; the budget is spent';
  if (row.leftRatio === null) return '';
  const left = `; ${formatRatioPercent(row.leftRatio)} of the budget is left`;
  return row.endsInMs === null ? left : `${left}, at the pace of the last 6 h for ${formatDuration(row.endsInMs)}`;
}

const subject = (row: SloRow): AnswerPart => ({ text: `${row.model} ${row.name}`, tone: row.status, to: sloHref(row) });

function needySentence(row: SloRow): AnswerText[number] {
  const said =
    row.state === 'page' || row.state === 'ticket'
      ? `${burning(row)}${ends(row)}. ${row.state === 'page' ? 'Somebody must look now.' : 'A ticket is enough.'}`
      : `has spent its budget of ${row.windowMs === null ? 'its window' : formatDuration(row.windowMs)}, and does not burn now.`;
  return { status: row.status, parts: [subject(row), value(` ${said}`)] };
}

const named = (rows: readonly SloRow[]): string =>
  listedFirst(
    rows.map(({ model, name }) => `${model} ${name}`),
    MAX_SENTENCES,
  );

/**
 * The sentences of the page: which budgets burn, how fast and until when; what nobody can know now; what is kept. Rows in
 * the order of the table.
 */
export function slosAnswer(rows: readonly SloRow[]): AnswerText {
  if (rows.length === 0) {
    return [
      {
        status: 'unknown',
        parts: [
          value('No objective is configured, and no recordings of Sloth or Pyrra are here. '),
          { text: 'Name objectives under models[].slos in windsock.yaml.', tone: 'muted' },
        ],
      },
    ];
  }
  const needy = rows.filter(({ status }) => status === 'bad' || status === 'watch');
  const blind = rows.filter(({ state }) => state === 'no data');
  const refused = rows.filter(({ state }) => state === 'refused');
  const well = rows.filter(({ status }) => status === 'ok');
  const answer: AnswerText = needy.slice(0, MAX_SENTENCES).map(needySentence);
  const rest = needy.slice(MAX_SENTENCES);
  if (rest.length > 0) {
    answer.push({ status: rest[0]?.status ?? 'watch', parts: [value(`${named(rest)} need a look too.`)] });
  }
  if (blind.length > 0) {
    const kept = blind.filter((row) => row.kept !== null);
    const frozen = kept.length === 0 ? '' : ' The state known last is kept.';
    answer.push({
      status: 'unknown',
      parts: [value(`${named(blind)}: no data, less than 90 % of a window was measured.${frozen}`)],
    });
  }
  for (const row of refused.slice(0, MAX_SENTENCES)) {
    answer.push({ status: 'unknown', parts: [subject(row), value(` is not measured: ${row.problem ?? ''}`)] });
  }
  if (well.length > 0) {
    const least = well.filter(({ leftRatio }) => leftRatio !== null).toSorted(bySloNeed)[0];
    const pace = least?.endsInMs == null ? '' : `, at the pace of the last 6 h for ${formatDuration(least.endsInMs)}`;
    const tail =
      least === undefined
        ? '.'
        : `; least is left of ${least.model} ${least.name}: ${formatRatioPercent(least.leftRatio)}${pace}.`;
    // What ends within its window does not last, even where it burns too slowly for an alert.
    const says = well.some(({ endsInMs }) => endsInMs !== null) ? 'too slowly for an alert' : 'slowly enough to last';
    const all =
      well.length === rows.length
        ? well.length === 1
          ? 'The objective'
          : `All ${well.length} objectives`
        : `${well.length} of ${rows.length} objectives`;
    answer.push({
      status: 'ok',
      parts: [value(`${all} ${well.length === 1 ? 'burns' : 'burn'} ${says}${tail}`)],
    });
  }
  return answer;
}
