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
      this.gaps.push(`Without ${purpose}: ${error.message}`);
      return null;
    }
  }
}
