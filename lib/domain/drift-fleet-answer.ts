import type { AnswerText } from '@/lib/contracts/answer';
import type { ModelRow } from '@/lib/contracts/fleet';
import { value } from './answer-parts';
import { rankOf } from './status';

/** Models that are named in the sentence, each with what moved. */
const MAX_NAMED = 3;

type Inputs = Pick<ModelRow, 'model' | 'inputs'>;

/** Where a model's inputs are shown in full. */
export const driftHref = (model: string): string => `/drift?model=${encodeURIComponent(model)}`;

const modelsOf = (count: number): string => `${count} ${count === 1 ? 'model' : 'models'}`;

/** Models by what needs an owner: inputs that moved, then those that are not known, then quiet ones; else as they came. */
export const byInputs = <T extends Inputs>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => rankOf(a.inputs.status) - rankOf(b.inputs.status));

/** The sentences over the models: whose inputs moved and how, how many are quiet, of how many nothing is known. */
export function driftFleetAnswer(rows: readonly Inputs[]): AnswerText {
  const of = (...states: Inputs['inputs']['status'][]) => rows.filter(({ inputs }) => states.includes(inputs.status));
  const [moved, quiet] = [of('watch', 'bad'), of('ok')];
  const pending = rows.filter(({ inputs }) => inputs.isPending === true);
  const unknown = of('unknown').filter(({ inputs }) => inputs.isPending !== true);
  const named = moved.slice(0, MAX_NAMED);
  const more = moved.length - named.length;
  const answer: AnswerText = named.map(({ model, inputs }) => ({
    status: inputs.status,
    parts: [
      value('Inputs of '),
      { text: model, tone: inputs.status, to: driftHref(model) },
      value(`: ${inputs.word}.`),
    ],
  }));
  if (more > 0)
    answer.push({ status: 'watch', parts: [value(`The inputs of ${modelsOf(more)} more moved; see the table.`)] });
  if (quiet.length > 0) {
    const whose =
      quiet.length < rows.length
        ? modelsOf(quiet.length)
        : rows.length === 1
          ? 'the one model'
          : `all ${rows.length} models`;
    answer.push({
      status: 'ok',
      parts: [value(`The inputs of ${whose} look as in what they are held against.`)],
    });
  }
  if (unknown.length > 0) {
    const names = unknown.slice(0, MAX_NAMED).map(({ model }) => model);
    const rest = unknown.length - names.length;
    answer.push({
      status: 'unknown',
      parts: [
        value(`Nothing is known of the inputs of ${names.join(', ')}${rest > 0 ? ` and ${modelsOf(rest)} more` : ''}.`),
      ],
    });
  }
  if (pending.length > 0) {
    answer.push({ status: 'unknown', parts: [value(`The inputs of ${modelsOf(pending.length)} are being computed.`)] });
  }
  return answer;
}
