import 'server-only';
import type { AnswerText } from '@/lib/contracts/answer';
import { DriftReport } from '@/lib/contracts/drift';
import { Events } from '@/lib/contracts/event';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
import { Fleet } from '@/lib/contracts/fleet';
import type { CONTEXT_TOPICS } from '@/lib/contracts/incident-context';
import { ModelErrors, ModelSummary } from '@/lib/contracts/model';
import { Slos } from '@/lib/contracts/slo';
import { TraceSearch } from '@/lib/contracts/traces';
import { plainSentence } from '@/lib/domain/answer-parts';
import { formatCount, formatInstant, formatMs, formatRatioPercent } from '@/lib/domain/format';
import { DAY_MS } from '@/lib/domain/time';
import { AppError } from '../errors';

export type ContextTopic = (typeof CONTEXT_TOPICS)[number];

export interface ContextScope {
  model: string | null;
  version: string | null;
  startMs: number;
  endMs: number;
}

/** What is frozen for a topic, and the sentence that is made of its answer; null: the answer says nothing. */
interface Pinned {
  kind: EvidenceKind;
  title: string;
  path: string;
  params: EvidenceParams;
  /** What its page shows beside it. */
  beside?: readonly { path: string; params: EvidenceParams }[];
  sentence: (answer: unknown) => string | null;
}

export interface TopicPlan {
  title: string;
  pinned: Pinned | null;
  /** Why it cannot be asked; null where it can. */
  refused: string | null;
}

const MAX_NAMED = 5;
/** Labels come late: the quality beside drift is of three days in two-hour windows, as its page asks. */
const LABELS_MS = 3 * DAY_MS;
const LABEL_WINDOWS = 36;

/** An answer's sentences as plain text. */
const textOf = (answer: AnswerText): string => answer.map(({ parts }) => plainSentence(parts)).join(' ');

function versionsSentence(answer: unknown): string | null {
  const model = ModelSummary.safeParse(answer);
  if (model.success) {
    const { row } = model.data;
    const shares = row.versions
      .slice(0, MAX_NAMED)
      .map(({ version, share }) => `${version} ${formatRatioPercent(share)}`)
      .join(', ');
    return `${textOf(model.data.answer)} Traffic: ${shares === '' ? 'none' : shares}.`;
  }
  const fleet = Fleet.safeParse(answer);
  return fleet.success ? textOf(fleet.data.answer) : null;
}

function changesSentence(answer: unknown): string | null {
  const read = Events.safeParse(answer);
  if (!read.success) return null;
  const { events, gaps } = read.data;
  const changes = events.filter(({ kind }) => kind !== 'alert').sort((a, b) => b.atMs - a.atMs);
  const told = changes.slice(0, MAX_NAMED).map(({ atMs, text }) => `${formatInstant(atMs, 'UTC')} ${text}`);
  const lacks = gaps.length === 0 ? '' : ` ${gaps.join(' ')}`;
  if (changes.length === 0) return `Nothing is known to have changed.${lacks}`;
  return `${formatCount(changes.length)} changes, the last: ${told.join('; ')}.${lacks}`;
}

function alertsSentence(answer: unknown): string | null {
  const read = Events.safeParse(answer);
  if (!read.success) return null;
  const firing = read.data.events.filter(({ kind, endMs }) => kind === 'alert' && endMs === null);
  const lacks = read.data.gaps.length === 0 ? '' : ` ${read.data.gaps.join(' ')}`;
  if (firing.length === 0) return `No alert rule fired at the end of this time.${lacks}`;
  const names = [...new Set(firing.map(({ text }) => text))];
  const others = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} others` : '';
  return `${formatCount(firing.length)} ${firing.length === 1 ? 'alert fires' : 'alerts fire'}: ${names.slice(0, MAX_NAMED).join('; ')}${others}.${lacks}`;
}

function tracesSentence(answer: unknown): string | null {
  const read = TraceSearch.safeParse(answer);
  if (!read.success) return null;
  const { rows, chosen } = read.data;
  const [slowest] = rows.toSorted((a, b) => b.traceDurationMs - a.traceDurationMs);
  if (slowest === undefined) return null;
  const failed = rows.filter((row) => row.failed === true).length;
  return `The slowest took ${formatMs(slowest.traceDurationMs)}; ${formatCount(failed)} of ${formatCount(rows.length)} failed (${chosen}).`;
}

function errorsSentence(answer: unknown): string | null {
  const read = ModelErrors.safeParse(answer);
  if (!read.success) return null;
  const { reasons, total } = read.data;
  if (total === null) return null;
  if (total === 0) return 'No failed line was logged.';
  const named = reasons.slice(0, MAX_NAMED).map(({ reason, version, count }) => {
    return `${reason}${version === null ? '' : ` (${version})`} ${formatCount(count)}`;
  });
  return `${formatCount(total)} failed lines: ${named.join(', ')}.`;
}

/** Objectives of the model, or of all; throws `not_found` where there are none. */
function slosSentence(answer: unknown, model: string | null): string | null {
  const read = Slos.safeParse(answer);
  if (!read.success) return null;
  const own = read.data.rows.filter((row) => model === null || row.model === model);
  if (own.length === 0) {
    throw new AppError('not_found', `No objective is configured for ${model ?? 'any model'}.`);
  }
  if (model === null) return textOf(read.data.answer);
  return own
    .slice(0, MAX_NAMED)
    .map(({ name, word, leftRatio }) => `${name}: ${word}, budget left ${formatRatioPercent(leftRatio)}`)
    .join('; ');
}

function driftSentence(answer: unknown): string | null {
  const read = DriftReport.safeParse(answer);
  return read.success ? textOf(read.data.answer) : null;
}

const pin = (pinned: Pinned): TopicPlan => ({ title: pinned.title, pinned, refused: null });
const refuse = (title: string, refused: string): TopicPlan => ({ title, pinned: null, refused });

/** What a topic asks about an incident. */
export function topicPlan(topic: ContextTopic, { model, version, startMs, endMs }: ContextScope): TopicPlan {
  const range = { startMs, endMs };
  const of = model === null ? 'the fleet' : model;
  const named: EvidenceParams = model === null ? {} : { model };
  const at = model === null ? '' : `models/${encodeURIComponent(model)}`;
  switch (topic) {
    case 'versions': {
      const title = `Versions and traffic of ${of}`;
      return model === null
        ? pin({ kind: 'fleet', title, path: 'fleet', params: range, sentence: versionsSentence })
        : pin({ kind: 'model', title, path: `${at}/summary`, params: range, sentence: versionsSentence });
    }
    case 'changes': {
      const title = `What changed on ${of}`;
      return pin({ kind: 'changes', title, path: 'events', params: { ...range, ...named }, sentence: changesSentence });
    }
    case 'alerts': {
      const title = `Alerts on ${of}`;
      return pin({ kind: 'changes', title, path: 'events', params: { ...range, ...named }, sentence: alertsSentence });
    }
    case 'slos': {
      const title = `Objectives of ${of}`;
      const sentence = (answer: unknown) => slosSentence(answer, model);
      return pin({ kind: 'slos', title, path: 'slos', params: { endMs }, sentence });
    }
    case 'drift': {
      const title = `Drift of ${of}`;
      if (model === null) return refuse(title, 'The incident names no model, and drift is judged by model.');
      const params = { ...range, model, ...(version === null ? {} : { version }) };
      const labels = { ...params, startMs: endMs - LABELS_MS, windows: LABEL_WINDOWS };
      const beside = [{ path: 'quality', params: labels }];
      return pin({ kind: 'drift', title, path: 'drift', params, beside, sentence: driftSentence });
    }
    case 'traces': {
      const title = `Slowest traces of ${of}`;
      const params = { ...range, ...named, order: 'slowest', limit: 50 };
      return pin({ kind: 'traces', title, path: 'traces', params, sentence: tracesSentence });
    }
    case 'errors': {
      const title = `Reasons of errors of ${of}`;
      if (model === null) return refuse(title, 'The incident names no model, and reasons are counted by model.');
      return pin({ kind: 'error-reasons', title, path: `${at}/errors`, params: range, sentence: errorsSentence });
    }
  }
}
