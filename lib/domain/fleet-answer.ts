import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { MissingSignal } from '@/lib/contracts/fleet';
import { value } from './answer-parts';
import type { Finding } from './finding';
import { listed, listedFirst } from './listed';
import { rankOf } from './status';

/** Sentences about single models before the rest is summed up. */
const MAX_SENTENCES = 3;

/** A model and what there is to say about it, worst first. */
export interface FoundModel {
  model: string;
  requests: number | null;
  findings: readonly Finding[];
}

/** Where a model's page is. */
export const modelHref = (model: string): string => `/models/${encodeURIComponent(model)}`;

/** "reco, churn_scorer and 12 more". */
const listedShort = (names: readonly string[], most = 4): string =>
  names.length <= most ? listed(names) : listedFirst(names, most);

/** What needs a person most first: by status, then by how much there is to say, then by traffic, then by name. */
export function byNeed(a: FoundModel, b: FoundModel): number {
  const [first] = a.findings;
  const [second] = b.findings;
  const rank = rankOf(first?.status ?? 'ok') - rankOf(second?.status ?? 'ok');
  if (rank !== 0) return rank;
  const serious = (one: FoundModel) =>
    one.findings.filter(({ status }) => status === 'bad' || status === 'watch').length;
  return serious(b) - serious(a) || (b.requests ?? 0) - (a.requests ?? 0) || (a.model < b.model ? -1 : 1);
}

/** One sentence: subject, verdict and numbers of the first finding, what else is known in a clause, and the next step. */
function sentence({ model, findings }: FoundModel): AnswerText[number] {
  const [first, second] = findings;
  if (first === undefined) return { status: 'unknown', parts: [value(`${model}: not measured.`)] };
  // Its own version may be the subject of both: then it is named once.
  const also = (other: Finding): AnswerPart[] => [
    value(other.subject === first.subject ? '; it ' : `; ${other.subject} `),
    ...other.parts,
  ];
  const seldom = second !== undefined && rankOf(second.status) < rankOf('unknown');
  const gap = first.parts[0]?.text.startsWith(':') ? '' : ' ';
  return {
    status: first.status,
    parts: [
      { text: first.subject, tone: first.status, to: modelHref(model) },
      value(gap),
      ...first.parts,
      ...(seldom ? also(second) : []),
      value('.'),
    ],
  };
}

/**
 * The sentences of Overview: what is wrong, of which model, with its numbers and how sure they are; then who is well;
 * then what cannot be known here. `rows` are in the order of the table. Null requests are "not measured".
 */
export function fleetAnswer(fleet: {
  rows: readonly FoundModel[];
  missing: readonly MissingSignal[];
  /** What could not be asked, as sentences: a source that failed. */
  gaps: readonly string[];
  /** Models that a sentence beside these calls slower: nothing else being wrong, they are well otherwise. */
  slower?: ReadonlySet<string>;
}): AnswerText {
  const { rows, missing, gaps, slower = new Set() } = fleet;
  const failures: AnswerText = gaps.map((gap) => ({ status: 'unknown', parts: [value(gap)] }));
  if (rows.length === 0) {
    const [reason] = missing;
    return [
      {
        status: 'unknown',
        parts: [
          value('No model had requests in this range.'),
          ...(reason === undefined
            ? [{ text: ' Try a longer range, or see what the sources hold: ', tone: 'muted' as const }]
            : [{ text: ` ${reason.reason} ${reason.remedy ?? ''} `, tone: 'muted' as const }]),
          { text: 'Settings', tone: 'value', to: '/settings/sources' },
        ],
      },
      ...failures,
    ];
  }
  const needy = rows.filter(({ findings }) => rankOf(findings[0]?.status ?? 'unknown') < rankOf('unknown'));
  const unsure = rows.filter(({ findings }) => (findings[0]?.status ?? 'unknown') === 'unknown');
  const well = rows.filter(({ findings }) => findings[0]?.status === 'ok');
  const answer: AnswerText = needy.slice(0, MAX_SENTENCES).map(sentence);
  const rest = needy.slice(MAX_SENTENCES);
  if (rest.length > 0) {
    const status = rest[0]?.findings[0]?.status ?? 'watch';
    const verb = rest.length === 1 ? 'needs' : 'need';
    answer.push({ status, parts: [value(`${listedShort(rest.map(({ model }) => model))} ${verb} a look too.`)] });
  }
  if (unsure.length > 0) {
    const words = [...new Set(unsure.map(({ findings }) => findings[0]?.word ?? 'not measured'))];
    const why = words.length === 1 ? (words[0] ?? '') : 'not measured or not enough data';
    answer.push({ status: 'unknown', parts: [value(`${listedShort(unsure.map(({ model }) => model))}: ${why}.`)] });
  }
  const isSlower = ({ model }: FoundModel) => slower.has(model);
  const sound = well.filter((row) => !isSlower(row));
  const otherwise = well.filter(isSlower);
  if (sound.length > 0) {
    const names = sound.length === rows.length && rows.length > 4 ? `All ${rows.length} models` : null;
    const subject = names ?? listedShort(sound.map(({ model }) => model));
    answer.push({ status: 'ok', parts: [value(`${subject} ${sound.length === 1 ? 'is' : 'are'} well.`)] });
  }
  if (otherwise.length > 0) {
    const subject = listedShort(otherwise.map(({ model }) => model));
    answer.push({
      status: 'ok',
      parts: [value(`${subject} ${otherwise.length === 1 ? 'is' : 'are'} otherwise well.`)],
    });
  }
  const blind = missing.filter(({ signal }) => signal !== 'version').map(({ signal }) => signal);
  if (blind.length > 0) {
    answer.push({
      status: 'unknown',
      parts: [
        { text: `Not measured here: ${listed(blind)}. `, tone: 'muted' },
        { text: 'What would give it', tone: 'value', to: '/settings/sources' },
      ],
    });
  }
  return [...answer, ...failures];
}

/** What Overview says when the fleet itself could not be asked for: the reason, and no word on how it is. */
export const fleetUnanswered = (reason: string): AnswerText => [
  { status: 'unknown', parts: [value(`How the fleet is cannot be said now. ${reason}`)] },
];
