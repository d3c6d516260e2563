import type {
  ReadinessCheck,
  ReadinessItem,
  ReadinessList,
  ReadinessSignoff,
  ReadinessState,
} from '@/lib/contracts/readiness';
import { formatDay } from './format';
import { stateFor } from './readiness';
import type { CheckId } from './readiness-definitions';

interface ItemDefinition {
  id: string;
  title: string;
  what: string;
  /** The check that answers it. */
  check?: CheckId;
}

/** The readiness lists. An id is kept in the database with each sign-off: never reuse one. */
const LISTS: readonly { id: string; title: string; items: readonly ItemDefinition[] }[] = [
  {
    id: 'logging',
    title: 'Logging',
    items: [
      { id: 'logging.structured', title: 'Structured lines', what: 'Every service writes JSON.', check: 'log-json' },
      {
        id: 'logging.identity',
        title: 'Model and version',
        what: 'Each request line says which model and version answered.',
        check: 'log-identity',
      },
      {
        id: 'logging.ids',
        title: 'Request and trace ids',
        what: 'Each request line leads to its trace and its record.',
        check: 'log-ids',
      },
      {
        id: 'logging.private',
        title: 'No personal data',
        what: 'Lines and feature samples were looked through for personal data, and the redaction rules fit them.',
      },
      {
        id: 'logging.access',
        title: 'Access',
        what: 'Who may read logs of predictions is decided and set.',
      },
      {
        id: 'logging.levels',
        title: 'Levels',
        what: 'The team agreed what is an error and what a warning, and the services follow it.',
      },
    ],
  },
  {
    id: 'alerting',
    title: 'Alerting',
    items: [
      { id: 'alerting.runbooks', title: 'Runbooks', what: 'Each alert says what to do first.', check: 'runbooks' },
      { id: 'alerting.noise', title: 'Noise', what: 'What fires is worth waking for.', check: 'noisy-alerts' },
      { id: 'alerting.targets', title: 'Targets', what: 'What is watched is scraped.', check: 'targets-up' },
      {
        id: 'alerting.reaches',
        title: 'A page reaches a person',
        what: 'A test page was sent through the whole chain and answered.',
      },
      {
        id: 'alerting.rota',
        title: 'On call',
        what: 'Who is on call, and who comes next, is written down and current.',
      },
      {
        id: 'alerting.rehearsed',
        title: 'Runbooks rehearsed',
        what: 'The runbooks were walked through by somebody who did not write them.',
      },
      { id: 'alerting.deadman', title: 'Dead man’s switch', what: 'Somebody is told when the alerting itself stops.' },
    ],
  },
  {
    id: 'ml',
    title: 'ML monitoring',
    items: [
      { id: 'ml.latency', title: 'Latency', what: 'Quantiles come from histograms.', check: 'histograms' },
      {
        id: 'ml.bounds',
        title: 'Objectives',
        what: 'What is promised of latency can be counted.',
        check: 'bucket-bounds',
      },
      { id: 'ml.traces', title: 'Traces', what: 'What failed or was slow can be looked at.', check: 'trace-coverage' },
      { id: 'ml.labels', title: 'Labels', what: 'Labels arrive, so quality is known.', check: 'label-freshness' },
      { id: 'ml.retention', title: 'Retention', what: 'The data is kept as long as it is needed.', check: 'retention' },
      {
        id: 'ml.baseline',
        title: 'Training baseline',
        what: 'What drift is measured against is the training set of the version that answers.',
      },
      {
        id: 'ml.thresholds',
        title: 'Drift limits',
        what: 'The owner of the model agreed to the limits of drift and quality.',
      },
      {
        id: 'ml.cohorts',
        title: 'Cohorts',
        what: 'The cohorts whose quality must not fall behind are named and measured.',
      },
      {
        id: 'ml.rollback',
        title: 'Rollback',
        what: 'Going back to the version before was rehearsed, and how long it takes is known.',
      },
      { id: 'ml.retraining', title: 'Retraining', what: 'Who retrains, and what triggers it, is decided.' },
    ],
  },
];

/** Every item that a person may be asked about, by id. */
export const readinessItem = (id: string): { id: string; title: string; check: CheckId | null } | null => {
  const found = LISTS.flatMap(({ items }) => items).find((item) => item.id === id);
  return found === undefined ? null : { id: found.id, title: found.title, check: found.check ?? null };
};

/** What a check says of a model, or of all of them. */
const answerOf = (check: ReadinessCheck, model: string | null): ReadinessState | null =>
  model === null ? (check.results.length === 0 ? null : check.state) : stateFor(check, model);

/** The newest sign-off that is about this model or about the whole fleet; one that still holds before one that is over. */
function signoffFor(
  signoffs: readonly ReadinessSignoff[],
  item: string,
  model: string | null,
): ReadinessSignoff | null {
  const own = signoffs.filter((one) => one.item === item && (one.model === null || one.model === model));
  const sorted = own.toSorted(
    (a, b) => Number(a.isExpired) - Number(b.isExpired) || b.signedAtMs - a.signedAtMs || (a.id < b.id ? -1 : 1),
  );
  return sorted[0] ?? null;
}

/** What the data says is fail, watch or pass stays so: a person can vouch only where it says nothing. */
function toItem(
  { id, title, what, check: checkId }: ItemDefinition,
  checks: readonly ReadinessCheck[],
  signoffs: readonly ReadinessSignoff[],
  model: string | null,
): ReadinessItem {
  const check = checks.find((one) => one.id === checkId);
  const measured = check === undefined ? null : (answerOf(check, model) ?? 'unknown');
  const signoff = signoffFor(signoffs, id, model);
  const base = { id, title, what, check: checkId ?? null, signoff };
  if (check !== undefined && measured !== null && measured !== 'unknown') {
    const worst = check.results.find(
      (result) => result.state === measured && (model === null || result.model === null || result.model === model),
    );
    return { ...base, state: measured, said: worst?.cause ?? check.definition, maySign: false };
  }
  if (signoff !== null && !signoff.isExpired) {
    const said = `${signoff.author.name} vouches for it until ${formatDay(signoff.expiresAtMs, 'UTC')}${signoff.model === null || model !== null ? '' : ` for ${signoff.model}`}.`;
    return { ...base, state: 'signed', said, maySign: true };
  }
  const lapsed =
    signoff === null
      ? ''
      : ` The sign-off of ${signoff.author.name} ended on ${formatDay(signoff.expiresAtMs, 'UTC')}.`;
  const said =
    check === undefined
      ? `No telemetry tells it, and nobody has vouched for it.${lapsed}`
      : `The data does not tell: ${check.results.find(({ state }) => state === 'unknown')?.cause ?? 'nothing was found.'}${lapsed}`;
  return { ...base, state: 'unknown', said, maySign: true };
}

/** The lists as they stand: by data where data answers, by sign-off where it cannot, unknown where neither does. */
export const toLists = (
  checks: readonly ReadinessCheck[],
  signoffs: readonly ReadinessSignoff[],
  model: string | null,
): ReadinessList[] =>
  LISTS.map(({ id, title, items }) => ({
    id,
    title,
    items: items.map((item) => toItem(item, checks, signoffs, model)),
  }));
