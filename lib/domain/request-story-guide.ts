import type { Status } from '@/lib/contracts/answer';
import type { InputState } from '@/lib/contracts/fleet';
import type { Deployment, FeatureRow, GuideStep, PredictionRecord, StoryTimeline } from '@/lib/contracts/request-story';
import { modelHref } from './fleet-answer';
import { formatCount, formatDuration, formatInstant, formatMs, formatNumber, formatOffset } from './format';
import { LOW_CONFIDENCE } from './request-story';
import { requestFailures } from './request-story-failures';
import { MINUTE_MS } from './time';

/** The guide "debug a wrong prediction": each step ticked by what was measured, or said to be unknown. */

/** A fetch this many times as long as the hour's mean is worth a look. */
const SLOW_FETCH_FACTOR = 3;
/** A change this shortly before a request may be its cause. */
const RECENT_CHANGE_MS = 30 * MINUTE_MS;

export interface GuideFacts {
  record: PredictionRecord;
  timeline: StoryTimeline;
  atMs: number;
  /** Time of the feature fetch in its trace, milliseconds; null without one. */
  fetchMs: number | null;
  features: readonly FeatureRow[] | null;
  deployment: Deployment | null;
  /** Null where Prometheus could not be asked. */
  conditions: {
    drift: InputState;
    fetchMeanMs: number | null;
    pipelines: readonly { name: string; backlogRows: number | null; lastSuccessMs: number | null }[];
  } | null;
}

type Verdict = { status: Status; word: string; evidence: string[] };

function schema({ record, features }: GuideFacts): Verdict {
  const evidence = record.imputed.map(
    ({ name, by }) => `A log line says that ${name} was missing${by === null ? '' : `; ${by} stood in for it`}.`,
  );
  const nulls = (features ?? []).filter(({ verdict }) => verdict === 'missing').map(({ name }) => name);
  if (nulls.length > 0) evidence.push(`Logged as null: ${nulls.join(', ')}.`);
  if (/validation|schema|type ?error|must be|expected/i.test(record.error ?? ''))
    evidence.push(`The error speaks of its input: ${record.error}`);
  const logged = record.features.length;
  if (record.featuresCount !== null)
    evidence.push(
      `${formatCount(logged)} of its ${formatCount(record.featuresCount)} inputs are logged; the others cannot be checked here.`,
    );
  if (record.imputed.length > 0 || nulls.length > 0) return { status: 'watch', word: 'inputs were missing', evidence };
  if (evidence.some((text) => text.startsWith('The error'))) return { status: 'bad', word: 'input refused', evidence };
  if (logged === 0)
    return {
      status: 'unknown',
      word: 'no inputs logged',
      evidence: [...evidence, 'No log line of it carries a feature_sample.'],
    };
  return { status: 'ok', word: 'nothing missing in the log', evidence };
}

function inputs({ features }: GuideFacts): Verdict {
  if (features === null) return { status: 'unknown', word: 'not measured', evidence: ['Prometheus did not answer.'] };
  const odd = features.filter(({ verdict }) => verdict === 'unusual' || verdict === 'unseen' || verdict === 'unsure');
  const compared = features.filter(({ verdict }) => verdict !== 'unknown' && verdict !== 'missing');
  if (compared.length === 0)
    return {
      status: 'unknown',
      word: 'nothing to compare with',
      evidence: ['No logged input has a distribution to stand beside.'],
    };
  const evidence = odd.map(
    ({ name, value, words }) =>
      `${name} = ${typeof value === 'number' ? formatNumber(value, 4) : String(value)}: ${words}.`,
  );
  const certain = odd.filter(({ verdict }) => verdict !== 'unsure').length;
  if (certain > 0)
    return { status: 'watch', word: certain === 1 ? '1 unusual input' : `${certain} unusual inputs`, evidence };
  evidence.push(`${compared.length} of ${features.length} logged inputs were compared.`);
  return { status: 'ok', word: odd.length > 0 ? 'none surely unusual' : 'as usual', evidence };
}

function version({ record, deployment, atMs }: GuideFacts): Verdict {
  if (record.version === null)
    return {
      status: 'unknown',
      word: 'version not logged',
      evidence: ['Neither its log lines nor its trace name a version.'],
    };
  if (deployment === null) return { status: 'unknown', word: 'not measured', evidence: ['Prometheus did not answer.'] };
  const evidence = [
    `${record.version} answered${deployment.role === null ? '' : `, ${deployment.role} then`}.`,
    ...(deployment.versions.length === 0
      ? []
      : [`With requests in that hour: ${deployment.versions.map((one) => one.version).join(', ')}.`]),
  ];
  const near = deployment.events.filter(
    (event) =>
      (event.kind === 'version' || event.kind === 'role') &&
      atMs - event.atMs >= 0 &&
      atMs - event.atMs < RECENT_CHANGE_MS,
  );
  for (const event of near) evidence.push(`${formatOffset(event.atMs, atMs)}: ${event.text}.`);
  if (near.length > 0) return { status: 'watch', word: 'changed shortly before', evidence };
  if (deployment.role === null) return { status: 'unknown', word: 'role not known', evidence };
  if (deployment.role === 'other') return { status: 'watch', word: 'neither champion nor challenger', evidence };
  return { status: 'ok', word: deployment.role, evidence };
}

/** Pipelines and jobs that carry the first word of the model's name, as fleets name them; all of them where none does. */
function feedersOf({ record, conditions }: GuideFacts) {
  const all = conditions?.pipelines ?? [];
  const [word = ''] = (record.model ?? '').toLowerCase().split(/[^a-z0-9]+/);
  const own = all.filter(({ name }) => word.length >= 3 && name.toLowerCase().startsWith(word));
  return own.length > 0 ? own : all.slice(0, 5);
}

function featureFetch(facts: GuideFacts): Verdict {
  const { fetchMs, conditions, timeline, atMs } = facts;
  const failed = requestFailures(timeline).filter(({ isFetch }) => isFetch);
  const evidence = failed.map(({ words }) => words);
  const mean = conditions?.fetchMeanMs ?? null;
  if (fetchMs !== null)
    evidence.push(
      `The fetch took ${formatMs(fetchMs)}${mean === null ? '' : `; ${formatMs(mean)} in the mean of that hour`}.`,
    );
  for (const { name, backlogRows, lastSuccessMs } of feedersOf(facts)) {
    if (backlogRows !== null && backlogRows > 0)
      evidence.push(`Pipeline ${name} had ${formatCount(backlogRows)} rows waiting.`);
    if (lastSuccessMs !== null)
      evidence.push(`Batch job ${name} last succeeded ${formatDuration(Math.max(0, atMs - lastSuccessMs))} before.`);
  }
  evidence.push('How old the features themselves were is not measured.');
  if (failed.length > 0) return { status: 'bad', word: 'fetch failed or was slow', evidence };
  if (fetchMs === null) return { status: 'unknown', word: 'not traced', evidence };
  if (mean !== null && fetchMs > mean * SLOW_FETCH_FACTOR) return { status: 'watch', word: 'slow fetch', evidence };
  return { status: 'ok', word: 'fetched; age not known', evidence };
}

function errors({ record, timeline }: GuideFacts): Verdict {
  const failures = requestFailures(timeline);
  const evidence = failures.slice(0, 6).map(({ words }) => words);
  if (failures.length > 6) evidence.push(`${failures.length - 6} more.`);
  if (record.status === 'error')
    return {
      status: 'bad',
      word: 'it failed',
      evidence: record.error === null ? evidence : [record.error, ...evidence],
    };
  if (failures.length > 0) return { status: 'watch', word: 'errors on the way', evidence };
  if (timeline.entries.length === 0)
    return { status: 'unknown', word: 'not known', evidence: ['Neither log lines nor spans.'] };
  return { status: 'ok', word: 'none', evidence: ['No line of level error and no failed span.'] };
}

function confidence({ record }: GuideFacts): Verdict {
  const { confidence: sure, score } = record;
  if (sure === null && score === null)
    return { status: 'unknown', word: 'not logged', evidence: ['No score and no confidence in its log lines.'] };
  const evidence = [
    ...(score === null ? [] : [`Score ${formatNumber(score, 4)}.`]),
    ...(sure === null ? [] : [`Confidence ${formatNumber(sure, 4)}.`]),
  ];
  if (sure === null) return { status: 'unknown', word: 'confidence not logged', evidence };
  if (sure < LOW_CONFIDENCE) return { status: 'watch', word: 'close to the threshold', evidence };
  return { status: 'ok', word: 'clear of the threshold', evidence };
}

function drift({ conditions, atMs }: GuideFacts): Verdict {
  if (conditions === null) return { status: 'unknown', word: 'not measured', evidence: ['Prometheus did not answer.'] };
  const { status, word } = conditions.drift;
  if (word === 'not measured')
    return { status: 'unknown', word, evidence: ['No drift score of its inputs is in Prometheus at that time.'] };
  return { status, word, evidence: [`As of ${formatInstant(atMs, 'UTC')}: ${word}.`] };
}

/** The steps in the order in which they are worth looking at. */
export function storyGuide(facts: GuideFacts): GuideStep[] {
  const { model } = facts.record;
  const to = model === null ? null : modelHref(model);
  return [
    { id: 'schema', question: 'Was the input whole?', ...schema(facts), to: null },
    { id: 'inputs', question: 'Were its inputs unusual?', ...inputs(facts), to: null },
    { id: 'version', question: 'Did the right version answer?', ...version(facts), to },
    { id: 'features', question: 'Were the features fetched, and fresh?', ...featureFetch(facts), to: null },
    { id: 'errors', question: 'Did anything fail on the way?', ...errors(facts), to: null },
    { id: 'confidence', question: 'Was the model sure?', ...confidence(facts), to: null },
    { id: 'drift', question: 'Was drift known then?', ...drift(facts), to },
  ];
}
