import 'server-only';
import type { z } from 'zod';
import type { RequestStoryParams, StoryCore } from '@/lib/contracts/request-story';
import type { Why } from '@/lib/contracts/why';
import { type PastedId, readPasted } from '@/lib/domain/pasted-id';
import { nowhere, storyAnswer, type Told } from '@/lib/domain/request-story';
import { storyGuide } from '@/lib/domain/request-story-guide';
import { recordLine } from '@/lib/domain/request-story-record';
import { type Config, getConfig } from '../config';
import { AppError } from '../errors';
import { openTelemetry, type Telemetry } from '../telemetry';
import { type Around, readConditions, readDeployment, readLatencyPlace } from './context';
import { type Core, toCore } from './core';
import { readFeatures } from './features';
import { type Looked, resolveRequest } from './resolve';
import { readSimilar } from './similar';
import { type Emit, Steps } from './steps';
import { logFieldOf } from './story-queries';

type Params = z.output<typeof RequestStoryParams>;

/** What the text of an address may be an id of; a text that looks like none is taken for a request's. */
function askedIds(text: string): { ids: PastedId[]; atMs: number | null } {
  const pasted = readPasted(text);
  return pasted.ids.length > 0 ? pasted : { ids: [{ kind: 'request', id: text.trim() || text }], atMs: pasted.atMs };
}

/** Finds a request and returns its own part, without what was around it; null where no source has it. */
export async function findRequest(
  config: Config,
  asked: { text: string; atMs: number | null; backMs: number; nowMs: number },
  emit: Emit,
  signal: AbortSignal,
): Promise<{ core: Core } | { looked: Looked[]; ids: PastedId[] }> {
  if (config.sources.loki.length === 0 && config.sources.tempo.length === 0) {
    throw new AppError(
      'not_configured',
      'A request is looked for in Loki and Tempo; neither is configured. Name one under sources in windsock.yaml.',
    );
  }
  const { ids, atMs } = askedIds(asked.text);
  const why: Why[] = [];
  const steps = new Steps(async (event) => {
    if (event.type === 'step' && event.step.why !== null) why.push(event.step.why);
    await emit(event);
  }, signal);
  const resolution = await resolveRequest(config, { ...asked, ids, atMs: asked.atMs ?? atMs }, steps, signal);
  return 'found' in resolution
    ? { core: toCore(config, resolution.found, ids, why) }
    : { looked: resolution.looked, ids };
}

const KIND_WORDS: Readonly<Record<PastedId['kind'], string>> = {
  request: 'a request id',
  trace: 'a trace id',
  span: 'a span id',
};

/** Tells the story of an id, part by part as it becomes known. */
export async function tellStory(params: Params, nowMs: number, emit: Emit, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  try {
    const config = getConfig();
    const asked = { text: params.requestId, atMs: params.atMs ?? null, backMs: params.backMs, nowMs };
    const found = await findRequest(config, asked, emit, signal);
    if ('core' in found) await tellFound(config, found.core, nowMs, emit, signal);
    else {
      const told = nowhere({
        id: params.requestId,
        kinds: [...new Set(found.ids.map(({ kind }) => KIND_WORDS[kind]))],
        looked: found.looked.map(({ source, backToMs, failure, words }) => ({
          source,
          backToMs,
          failed: failure !== null,
          words: failure?.message ?? words ?? 'searched by field and by text',
        })),
        backMs: params.backMs,
        hasTempo: config.sources.tempo.length > 0,
        hasLoki: config.sources.loki.length > 0,
      });
      await emit({ type: 'nowhere', nowhere: told });
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof AppError)) {
      await emit({
        type: 'failed',
        error: { code: 'internal', message: 'The console failed on this request. Its log has the reason.' },
      });
      throw error;
    }
    await emit({ type: 'failed', error: error.toBody().error });
  }
  await emit({ type: 'end', elapsedMs: Math.round(performance.now() - startedMs) });
}

async function tellFound(
  config: Config,
  { story, lines }: Core,
  nowMs: number,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const told: Told = { ...story, role: null, place: null, features: null, similar: null };
  await emit({ type: 'story', story });
  await emit({ type: 'answer', answer: storyAnswer(told) });
  const nameOf = logFieldOf(config.signals);
  const line = recordLine(lines, nameOf);
  const { record, atMs } = story;
  const { model, version } = record;
  const similar = readSimilar(config, { ...story, line, nowMs }, signal).then(async (found) => {
    told.similar = found;
    await emit({ type: 'similar', similar: found });
  });
  const around: Around | null = model === null ? null : { model, version, atMs, latencyMs: record.latencyMs, nowMs };
  const telemetry = around === null ? null : await openSafely(nowMs, signal);
  const [, measured] = await Promise.all([
    similar,
    telemetry === null || telemetry instanceof AppError || around === null
      ? sayUnmeasured(story, telemetry instanceof AppError ? telemetry : null, emit)
      : tellMeasured(telemetry, around, { told, line, nameOf, emit, signal }),
  ]);
  const conditions = measured?.conditions ?? null;
  const steps = storyGuide({
    record,
    timeline: story.timeline,
    atMs,
    fetchMs: story.trace?.stages.find(({ stage }) => stage === 'feature_fetch')?.ms ?? null,
    features: told.features,
    deployment: measured?.deployment ?? null,
    conditions,
  });
  await emit({
    type: 'guide',
    guide: { steps, gaps: conditions?.gather.gaps ?? [], why: conditions?.gather.why ?? [] },
  });
  await emit({ type: 'answer', answer: storyAnswer(told) });
}

async function openSafely(nowMs: number, signal: AbortSignal): Promise<Telemetry | AppError> {
  try {
    return await openTelemetry(nowMs);
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    return error;
  }
}

interface Telling {
  told: Told;
  line: Core['lines'][number] | null;
  nameOf: (name: string) => string;
  emit: Emit;
  signal: AbortSignal;
}

/** The parts that Prometheus gives, each as soon as it is there. */
async function tellMeasured(telemetry: Telemetry, around: Around, { told, line, nameOf, emit, signal }: Telling) {
  const [, , deployment, conditions] = await Promise.all([
    readLatencyPlace(telemetry, around, signal).then(async (latency) => {
      told.place = latency.place;
      await emit({ type: 'latency', latency });
    }),
    readFeatures(telemetry, { ...around, line, nameOf }, signal).then(async (features) => {
      told.features = features.rows;
      await emit({ type: 'features', features });
    }),
    readDeployment(telemetry, around, signal).then(async (found) => {
      told.role = found.role;
      await emit({ type: 'deployment', deployment: found });
      return found;
    }),
    readConditions(telemetry, around, signal),
  ]);
  return { deployment, conditions };
}

/** Where Prometheus cannot be asked, or no model is known, each part says so instead of waiting for ever. */
async function sayUnmeasured(story: StoryCore, failure: AppError | null, emit: Emit): Promise<null> {
  const gaps = failure === null ? [] : [failure.message];
  const missing =
    failure === null
      ? {
          signal: 'the model',
          reason: 'Neither its log lines nor its trace name a model, so that nothing can be measured beside it.',
          remedy: 'Log model_name and model_version with each request, or name your fields under signals.logFields.',
        }
      : null;
  const part = { gaps, why: [], missing };
  const time = { startMs: story.atMs, endMs: story.atMs };
  await emit({ type: 'latency', latency: { ...part, place: null, distribution: null, ...time } });
  await emit({ type: 'features', features: { ...part, rows: [] } });
  await emit({ type: 'deployment', deployment: { ...part, role: null, versions: [], events: [], ...time } });
  return null;
}
