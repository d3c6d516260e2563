import 'server-only';
import type { CompareFault } from '@/lib/contracts/compare-inputs';
import type { Answer } from '../answer';
import { AppError } from '../errors';
import type { Gather } from '../gather';

/** Collects what a comparison is made of; a part that fails becomes null and a fault, which puts the verdict in doubt. */
export class Parts {
  readonly faults: CompareFault[] = [];

  constructor(
    private readonly gather: Gather,
    private readonly signal: AbortSignal,
  ) {}

  async take<T>(about: CompareFault['signal'], purpose: string, asked: Promise<Answer<T>> | null): Promise<T | null> {
    if (asked === null) return null;
    try {
      const value = await this.gather.need(purpose, asked);
      const cut = this.gather.why.find((why) => why.purpose === purpose)?.truncated ?? null;
      // Half of a side's series would be a wrong number, not a smaller one.
      if (cut !== null && about !== 'other') this.faults.push({ signal: about, reason: `${capital(purpose)}: ${cut}` });
      return value;
    } catch (error) {
      if (this.signal.aborted || !(error instanceof AppError)) throw error;
      this.faults.push({ signal: about, reason: `${capital(purpose)} could not be read: ${error.message}` });
      return null;
    }
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
