import type { AlertRow, AlertState } from '@/lib/contracts/alert';
import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import { byAlertNeed } from './alerts';
import { value } from './answer-parts';
import { formatDuration } from './format';

/** Firing alerts that the answer names; the rest is counted. */
const MAX_NAMED = 3;

const subjectOf = ({ name, model }: AlertRow): string => (model === null ? name : `${name} of ${model}`);

/** An alert as its link, with how long it has fired: "A of m has fired for 12 min", of those after the first "B for 2 h". */
function namedParts(row: AlertRow, at: number, nowMs: number): AnswerPart[] {
  const link: AnswerPart = {
    text: subjectOf(row),
    tone: 'value',
    to: `/alerts?${new URLSearchParams({ alert: row.id })}`,
  };
  const firing = row.sinceMs === null ? null : ` for ${formatDuration(Math.max(0, nowMs - row.sinceMs))}`;
  if (at > 0) return [value(', '), link, ...(firing === null ? [] : [value(firing)])];
  return [link, value(firing === null ? ' fires' : ` has fired${firing}`)];
}

/** An incident that is open of a model. */
export interface OpenIncident {
  number: number;
  model: string;
}

const incidentLink = (number: number): AnswerPart => ({
  text: `INC-${number}`,
  tone: 'value',
  to: `/incidents/${number}`,
});

/** Incidents of the same models that none of the alerts has joined: somebody may be on it already. */
function nearbyParts(firing: readonly AlertRow[], open: readonly OpenIncident[]): AnswerPart[] {
  const near = open.filter(({ model }) => firing.some((row) => row.model === model));
  const named = near
    .slice(0, MAX_NAMED)
    .flatMap(({ number, model }, at): AnswerPart[] => [
      value(at === 0 ? '; ' : ', '),
      incidentLink(number),
      value(` of ${model}`),
    ]);
  if (near.length === 0) return [];
  const more = near.length > MAX_NAMED ? ` and ${near.length - MAX_NAMED} more` : '';
  return [...named, value(`${more} ${near.length === 1 ? 'is' : 'are'} open`)];
}

/** Whether anybody is on it: the open incidents that firing alerts belong to; that there is none where somebody is paged. */
function incidentParts(firing: readonly AlertRow[], open: readonly OpenIncident[]): AnswerPart[] {
  const covered = firing.filter(({ incident }) => incident !== null);
  const numbers = [...new Set(covered.flatMap(({ incident }) => (incident === null ? [] : [incident.number])))];
  const them = firing.length === 1 ? 'it' : 'them';
  if (numbers.length === 0) {
    return firing.some(({ status }) => status === 'bad')
      ? [value(` No incident has ${them}`), ...nearbyParts(firing, open), value('.')]
      : [];
  }
  const links = numbers.flatMap((number, at): AnswerPart[] => [value(at === 0 ? ' ' : ', '), incidentLink(number)]);
  const of = covered.length === firing.length ? them : `${covered.length} of them`;
  return [...links, value(` ${numbers.length === 1 ? 'has' : 'have'} ${of}.`)];
}

/** What wakes somebody now and since when, whether anybody is on it, what is held back, and what could not be asked. */
export function alertsAnswer(
  rows: readonly AlertRow[],
  gaps: readonly string[],
  { nowMs, open }: { nowMs: number; open: readonly OpenIncident[] },
): AnswerText {
  const failures: AnswerText = gaps.map((gap) => ({ status: 'unknown', parts: [value(gap)] }));
  const of = (state: AlertState) => rows.filter((row) => row.state === state);
  const firing = of('firing').toSorted(byAlertNeed);
  const quiet = (['pending', 'silenced', 'inhibited', 'muted'] as const).flatMap((state) =>
    of(state).length === 0 ? [] : [`${of(state).length} ${state}`],
  );
  const rest = quiet.length === 0 ? '' : `${quiet.join(', ')}.`;
  if (firing.length === 0) {
    const said = rows.length === 0 && gaps.length > 0 ? [] : [value(`Nothing fires. ${rest}`.trim())];
    return [...(said.length === 0 ? [] : [{ status: 'ok' as const, parts: said }]), ...failures];
  }
  const more = firing.length > MAX_NAMED ? ` and ${firing.length - MAX_NAMED} more` : '';
  const unsent = firing.filter(({ note }) => note !== null);
  return [
    {
      status: firing[0]?.status ?? 'bad',
      parts: [
        ...firing.slice(0, MAX_NAMED).flatMap((row, at) => namedParts(row, at, nowMs)),
        value(`${more}.`),
        ...incidentParts(firing, open),
        ...(rest === '' ? [] : [value(` ${rest}`)]),
      ],
    },
    // Who hopes for a call is told that none will come.
    ...unsent.slice(0, MAX_NAMED).map((row) => ({
      status: 'watch' as const,
      parts: [value(`${subjectOf(row)}: ${row.note}`)],
    })),
    ...failures,
  ];
}
