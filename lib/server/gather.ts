import 'server-only';
import type { Why } from '@/lib/contracts/why';
import { type Answer, whyOf } from './answer';
import { AppError } from './errors';

/**
 * Collects what a panel was made of. A part that may fail alone becomes null, and the failure a sentence: the others go
 * on. What is no AppError, or happens after the reader left, is thrown.
 */
export class Gather {
  readonly why: Why[] = [];
  readonly gaps: string[] = [];
  /** What each reason took away: one outage is told once. */
  private readonly lost = new Map<string, { at: number; purposes: string[]; error: AppError }>();

  constructor(private readonly signal: AbortSignal) {}

  /** The part's value; its failure is the panel's. */
  async need<T>(purpose: string, asked: Promise<Answer<T>>): Promise<T> {
    const answer = await asked;
    this.why.push(whyOf(answer, purpose));
    return answer.value;
  }

  /** The part's value, or null where it failed or is not asked at all. */
  async take<T>(purpose: string, asked: Promise<Answer<T>> | null): Promise<T | null> {
    return asked === null ? null : this.part(purpose, () => this.need(purpose, asked));
  }

  /** Whatever a part reads, or null where that failed. */
  async part<T>(purpose: string, read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (this.signal.aborted || !(error instanceof AppError)) throw error;
      this.tell(purpose, error);
      return null;
    }
  }

  /** Throws the first failure when nothing at all was answered: then the whole panel failed, not a part of it. */
  needSomething(): void {
    const [first] = this.lost.values();
    if (first !== undefined && this.why.length === 0) throw first.error;
  }

  private tell(purpose: string, error: AppError): void {
    const known = this.lost.get(error.message) ?? { at: this.gaps.length, purposes: [], error };
    known.purposes.push(purpose);
    this.lost.set(error.message, known);
    const [last, ...others] = known.purposes.toReversed();
    const names = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
    this.gaps[known.at] = `Without ${names}: ${error.message}`;
  }
}
