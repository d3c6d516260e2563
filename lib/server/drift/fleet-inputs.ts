import 'server-only';
import pLimit from 'p-limit';
import type { DriftReport } from '@/lib/contracts/drift';
import type { InputState } from '@/lib/contracts/fleet';
import type { Why } from '@/lib/contracts/why';
import { inputStateOf } from '@/lib/domain/input-state';
import { AppError } from '../errors';
import { log } from '../log';
import { processWide } from '../process-wide';
import { readDrift } from './read-drift';

/** What the drift engine says of a model's inputs, for the table of the fleet. */
export interface EngineInputs {
  state: InputState;
  /** The query that it rests on most. */
  why: Why | null;
}

/** What is known of models' inputs now, and which models are being computed and have nothing to show yet. */
export interface InputsNow {
  known: ReadonlyMap<string, EngineInputs>;
  pending: ReadonlySet<string>;
}

/** Null state: the engine does not have what it needs, and nothing is asked again for a while. */
interface Known {
  computedAtMs: number;
  inputs: EngineInputs | null;
}

const MINUTE_MS = 60_000;
/** How long an answer stands before it is computed anew, and how long it is shown while that goes on. */
const FRESH_MS = 5 * MINUTE_MS;
const SHOWN_MS = 15 * MINUTE_MS;
/** Models of one look at the fleet that are computed, those with most requests first. */
const MAX_MODELS = 50;
const MAX_KEPT = 500;
/** Never more than this at once: the fleet is looked at all day, and the sources serve more than it. */
const AT_ONCE = 2;
const TIMEOUT_MS = 30_000;
/** How long a reader of the fleet waits for what is being computed, beyond what the fleet itself takes. */
const WAIT_MS = 200;

const shared = processWide('fleet inputs', () => ({
  known: new Map<string, Known>(),
  running: new Map<string, Promise<void>>(),
  turns: pLimit(AT_ONCE),
}));

export interface InputsAsked {
  /** Whose telemetry: the address of the source. */
  source: string;
  models: readonly string[];
  startMs: number;
  endMs: number;
  nowMs: number;
}

/**
 * Begins to compute the inputs of models by the engine of the drift page, from metrics alone: once for all readers, a few
 * at a time, again when five minutes have passed. What is known after a moment is given: a fleet is never slow for it.
 */
export function beginInputs(asked: InputsAsked): () => Promise<InputsNow> {
  const models = asked.models.slice(0, MAX_MODELS);
  const waiting = models.flatMap((model) => {
    const key = keyOf(asked, model);
    const known = shared.known.get(key);
    if (known !== undefined && Math.abs(asked.nowMs - known.computedAtMs) < FRESH_MS) return [];
    const running = shared.running.get(key) ?? start(key, model, asked);
    return known !== undefined && asked.nowMs - known.computedAtMs < SHOWN_MS ? [] : [running];
  });
  return async () => {
    if (waiting.length > 0) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, WAIT_MS);
      });
      await Promise.race([Promise.all(waiting), late]);
      clearTimeout(timer);
    }
    const known = new Map<string, EngineInputs>();
    const pending = new Set<string>();
    for (const model of models) {
      const key = keyOf(asked, model);
      const found = shared.known.get(key);
      const isShown = found !== undefined && Math.abs(asked.nowMs - found.computedAtMs) < SHOWN_MS;
      if (!isShown) {
        if (shared.running.has(key)) pending.add(model);
      } else if (found.inputs !== null) {
        known.set(model, found.inputs);
      }
    }
    return { known, pending };
  };
}

/** A live range of one length is one question, whenever it is asked; one in the past is its own. */
function keyOf({ source, startMs, endMs, nowMs }: InputsAsked, model: string): string {
  const isLive = endMs > nowMs - FRESH_MS;
  return JSON.stringify([source, model, endMs - startMs, isLive ? 'live' : endMs]);
}

function start(key: string, model: string, { startMs, endMs, nowMs }: InputsAsked): Promise<void> {
  const running = shared.turns(async () => {
    let inputs: EngineInputs | null = null;
    try {
      inputs = toInputs(
        await readDrift(askedOf(model, { startMs, endMs }), { signal: AbortSignal.timeout(TIMEOUT_MS), nowMs }),
      );
    } catch (error) {
      // The table says what was computed elsewhere then; the drift page says what failed.
      if (!(error instanceof AppError)) log.warn({ err: error, model }, 'The inputs of a model were not computed.');
    }
    shared.known.delete(key);
    shared.known.set(key, { computedAtMs: nowMs, inputs });
    for (const oldest of shared.known.keys()) {
      if (shared.known.size <= MAX_KEPT) break;
      shared.known.delete(oldest);
    }
  });
  const landed = running.finally(() => shared.running.delete(key));
  shared.running.set(key, landed);
  return landed;
}

/** The question of the drift page, on its grid of whole minutes; never from logs, which cost too much to be asked unasked. */
function askedOf(model: string, { startMs, endMs }: { startMs: number; endMs: number }) {
  const untilMs = Math.floor(endMs / MINUTE_MS) * MINUTE_MS;
  return {
    model,
    startMs: Math.min(startMs, untilMs - MINUTE_MS),
    endMs: untilMs,
    against: 'auto' as const,
    source: 'metrics' as const,
  };
}

function toInputs(report: DriftReport): EngineInputs | null {
  const state = inputStateOf(report.features);
  if (state === null) return null;
  const of = report.version === null ? report.model : `${report.model} ${report.version}`;
  const why = report.why.find(({ purpose }) => purpose === 'inputs: histograms') ?? report.why[0] ?? null;
  return {
    state: {
      ...state,
      basis: `Computed by this console from the metrics of ${of}, against ${report.reference.words}, as on its drift page.`,
    },
    why: why === null ? null : { ...why, purpose: `inputs of ${of}, as on its drift page` },
  };
}
