import 'server-only';
import type { AnswerText } from '@/lib/contracts/answer';
import { DriftParams } from '@/lib/contracts/drift-params';
import { Events } from '@/lib/contracts/event';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
import { Fleet } from '@/lib/contracts/fleet';
import type { CONTEXT_TOPICS } from '@/lib/contracts/incident-context';
import { ModelErrors, ModelSummary } from '@/lib/contracts/model';
import { TraceSearch } from '@/lib/contracts/traces';
import { formatCount, formatInstant, formatMs, formatRatioPercent } from '@/lib/domain/format';
import type { Database } from '../db';
import { readDrift } from '../drift/read-drift';
import { AppError } from '../errors';
import type { Asking } from '../evidence/questions';
import { readSlos } from '../slos/read-slos';
import { openTelemetry } from '../telemetry';

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
  sentence: (answer: unknown) => string | null;
}

/** What is asked for a topic that no pin can hold: its sentence alone is kept. */
type Told = (asking: Asking, database: Database) => Promise<string>;

export interface TopicPlan {
  title: string;
  pinned?: Pinned;
  told?: Told;
}

const MAX_NAMED = 5;

/** An answer's sentences as plain text. */
const textOf = (answer: AnswerText): string =>
  answer.map(({ parts }) => parts.map(({ text }) => text).join('')).join(' ');

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

/** What a topic asks about an incident. */
export function topicPlan(topic: ContextTopic, { model, version, startMs, endMs }: ContextScope): TopicPlan {
  const range = { startMs, endMs };
  const of = model === null ? 'the fleet' : model;
  const named: EvidenceParams = model === null ? {} : { model };
  const at = model === null ? '' : `models/${encodeURIComponent(model)}`;
  switch (topic) {
    case 'versions': {
      const title = `Versions and traffic of ${of}`;
      const asked =
        model === null
          ? { kind: 'fleet' as const, path: 'fleet', params: range }
          : { kind: 'model' as const, path: `${at}/summary`, params: range };
      return { title, pinned: { ...asked, title, sentence: versionsSentence } };
    }
    case 'changes': {
      const title = `What changed on ${of}`;
      const params = { ...range, ...named };
      return { title, pinned: { kind: 'changes', title, path: 'events', params, sentence: changesSentence } };
    }
    case 'alerts': {
      const title = `Alerts on ${of}`;
      const params = { ...range, ...named };
      return { title, pinned: { kind: 'changes', title, path: 'events', params, sentence: alertsSentence } };
    }
    case 'slos':
      return { title: `Objectives of ${of}`, told: (asking) => slosSentence(model, endMs, asking) };
    case 'drift':
      return { title: `Drift of ${of}`, told: (asking) => driftSentence({ model, version, startMs, endMs }, asking) };
    case 'traces': {
      const title = `Slowest traces of ${of}`;
      const params = { ...range, ...named, order: 'slowest', limit: 50 };
      return { title, pinned: { kind: 'traces', title, path: 'traces', params, sentence: tracesSentence } };
    }
    case 'errors': {
      const title = `Reasons of errors of ${of}`;
      if (model === null) {
        return { title, told: async () => refuse('The incident names no model, and reasons are counted by model.') };
      }
      const asked = { kind: 'error-reasons' as const, path: `${at}/errors`, params: range };
      return { title, pinned: { ...asked, title, sentence: errorsSentence } };
    }
  }
}

const refuse = (sentence: string): never => {
  throw new AppError('not_found', sentence);
};

async function slosSentence(model: string | null, endMs: number, { nowMs, signal }: Asking): Promise<string> {
  const { rows, answer } = await readSlos(await openTelemetry(nowMs), { endMs, signal });
  const own = rows.filter((row) => model === null || row.model === model);
  if (own.length === 0) return refuse(`No objective is configured for ${model ?? 'any model'}.`);
  if (model === null) return textOf(answer);
  return own
    .slice(0, MAX_NAMED)
    .map(({ name, word, leftRatio }) => `${name}: ${word}, budget left ${formatRatioPercent(leftRatio)}`)
    .join('; ');
}

async function driftSentence({ model, version, startMs, endMs }: ContextScope, asking: Asking): Promise<string> {
  if (model === null) return refuse('The incident names no model, and drift is judged by model.');
  const params = DriftParams.parse({ model, startMs, endMs, ...(version === null ? {} : { version }) });
  const { answer } = await readDrift(params, asking);
  return textOf(answer);
}
