import 'server-only';
import type { StoryEvent, StoryStep } from '@/lib/contracts/request-story';
import { type Answer, whyOf } from '../answer';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';

export type Emit = (event: StoryEvent) => Promise<void>;

export interface StepPlan {
  source: SourceConfig;
  purpose: string;
  language: StoryStep['language'];
  query: string;
  range: { startMs: number; endMs: number } | null;
}

/** What came of a step; `value` is null where it failed or was given up. */
export interface StepOutcome<T> {
  value: T | null;
  failure: AppError | null;
}

/** Why a step is given up: another found what it looked for. */
export class NotNeeded extends Error {
  constructor(readonly words: string) {
    super(words);
  }
}

/** Asks sources one question at a time and tells the reader of each: what is asked, what it cost, what came of it. */
export class Steps {
  #count = 0;

  constructor(
    private readonly emit: Emit,
    /** Aborts when the reader leaves. */
    private readonly reader: AbortSignal,
  ) {}

  /** Runs one step. A refusal of the source is its outcome; the reader's leaving is thrown. */
  async run<T>(
    plan: StepPlan,
    signal: AbortSignal,
    ask: () => Promise<Answer<T>>,
    measure: (value: T) => { found: number; bytes: number | null },
  ): Promise<StepOutcome<T>> {
    this.#count += 1;
    const step: StoryStep = {
      id: String(this.#count),
      source: plan.source.name,
      kind: plan.source.kind,
      purpose: plan.purpose,
      state: 'asking',
      language: plan.language,
      query: plan.query,
      startMs: plan.range?.startMs ?? null,
      endMs: plan.range?.endMs ?? null,
      elapsedMs: null,
      bytes: null,
      found: null,
      note: null,
      why: null,
    };
    await this.emit({ type: 'step', step });
    const startedMs = performance.now();
    const end = (patch: Partial<StoryStep>) =>
      this.emit({ type: 'step', step: { ...step, elapsedMs: Math.round(performance.now() - startedMs), ...patch } });
    try {
      signal.throwIfAborted();
      const answer = await ask();
      const { found, bytes } = measure(answer.value);
      const state = found > 0 ? 'found' : 'empty';
      await end({ state, found, bytes, note: answer.why.truncated, why: whyOf(answer, plan.purpose) });
      return { value: answer.value, failure: null };
    } catch (error) {
      if (this.reader.aborted) throw error;
      if (signal.reason instanceof NotNeeded) {
        await end({ state: 'skipped', note: signal.reason.words });
        return { value: null, failure: null };
      }
      if (!(error instanceof AppError)) throw error;
      // A trace that is not there is an answer, not a failure.
      if (error.code === 'not_found') {
        await end({ state: 'empty', found: 0, note: error.message });
        return { value: null, failure: null };
      }
      await end({ state: 'failed', note: error.message });
      return { value: null, failure: error };
    }
  }
}
