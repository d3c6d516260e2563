import 'server-only';
import pLimit from 'p-limit';
import type { DriftReport } from '@/lib/contracts/drift';
import type { InputState } from '@/lib/contracts/fleet';
import type { Why } from '@/lib/contracts/why';
import { inputStateOf } from '@/lib/domain/input-state';
import { MINUTE_MS } from '@/lib/domain/time';
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

interface Known {
  computedAtMs: number;
  /** Null: the engine does not have what it needs, and nothing is asked again for a while. */
  inputs: EngineInputs | null;
}

/** How long an answer stands before it is computed anew, and how long it is shown while that goes on. */
const FRESH_MS = 5 * MINUTE_MS;
const SHOWN_MS = 15 * MINUTE_MS;
/** Models of one look at the fleet that are computed, those with most requests first. */
const MAX_MODELS = 50;
const MAX_KEPT = 500;
/** Never more than this at once: the fleet is looked at all day, and the sources serve more than it. */
const AT_ONCE = 2;
const TIMEOUT_MS = 30_000;
/** The page of whoever asked first is drawn meanwhile; its other questions come before this one. */
const PAUSE_MS = 1_000;

const shared = processWide('fleet inputs', () => ({
  known: new Map<string, Known>(),
  running: new Set<string>(),
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
 * What is known of the inputs of models by the engine of the drift page, which begins to compute what is not, from metrics
 * alone: once for all readers, a few at a time, again when five minutes have passed. Waits for nothing, and begins a second
 * later: call it when the reader's own queries are answered, and no page is slow for it.
 */
export function inputsNow(asked: InputsAsked): InputsNow {
  const known = new Map<string, EngineInputs>();
  const pending = new Set<string>();
  for (const model of asked.models.slice(0, MAX_MODELS)) {
    const key = keyOf(asked, model);
    const found = shared.known.get(key);
    const ageMs = found === undefined ? Number.POSITIVE_INFINITY : Math.abs(asked.nowMs - found.computedAtMs);
    if (ageMs >= FRESH_MS && !shared.running.has(key)) start(key, model, asked);
    if (found === undefined || ageMs >= SHOWN_MS) pending.add(model);
    else if (found.inputs !== null) known.set(model, found.inputs);
  }
  return { known, pending };
}

/** A live range of one length is one question, whenever it is asked; one in the past is its own. */
function keyOf({ source, startMs, endMs, nowMs }: InputsAsked, model: string): string {
  const isLive = endMs > nowMs - FRESH_MS;
  return JSON.stringify([source, model, endMs - startMs, isLive ? 'live' : endMs]);
}

function start(key: string, model: string, { startMs, endMs, nowMs }: InputsAsked): void {
  shared.running.add(key);
  const compute = async () => {
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
    shared.running.delete(key);
  };
  setTimeout(() => void shared.turns(compute), PAUSE_MS);
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
