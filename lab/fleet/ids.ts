import { keyOf, mix } from './random';

/** Where a request lives in the world: its cell (a model's version), its window (epoch ÷ 30 s) and its index there. */
export interface RequestPlace {
  /** 0 to 15. */
  cell: number;
  /** 0 to 2^28 − 1. */
  window: number;
  /** 0 to 65,535. */
  index: number;
}

const HALF = 0x1000000;
const ROUNDS = 6;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/**
 * Ids that look random and yet say where their request is: a place is 48 bits, and a Feistel network under a key made of
 * the seed permutes them. A request id is those 48 bits; a trace id has 80 more, which follow from the place and serve
 * as a proof that the id is one of ours.
 */
export class Ids {
  private readonly requestKeys: readonly number[];
  private readonly traceKeys: readonly number[];

  constructor(private readonly seed: number) {
    const keys = (purpose: number) => Array.from({ length: ROUNDS }, (_, round) => keyOf(seed, purpose, round));
    this.requestKeys = keys(1);
    this.traceKeys = keys(2);
  }

  /** `req-` and 12 hex digits. */
  requestId(place: RequestPlace): string {
    return `req-${this.encode(place, this.requestKeys)}`;
  }

  /** The place that `requestId` was made of; null where the text is not such an id. Whether a request is there is not said. */
  placeOfRequest(requestId: string): RequestPlace | null {
    return /^req-[0-9a-f]{12}$/.test(requestId) ? this.decode(requestId.slice(4), this.requestKeys) : null;
  }

  /** 32 hex digits. */
  traceId(place: RequestPlace): string {
    const head = this.encode(place, this.traceKeys);
    return head + this.proof(head);
  }

  /** The place that `traceId` was made of; null where the id is not of this fleet. */
  placeOfTrace(traceId: string): RequestPlace | null {
    if (!/^[0-9a-f]{32}$/.test(traceId)) return null;
    const head = traceId.slice(0, 12);
    return this.proof(head) === traceId.slice(12) ? this.decode(head, this.traceKeys) : null;
  }

  /** 16 hex digits for the nth span of a trace: never all zero, which would mean "no span". */
  spanId(traceId: string, ordinal: number): string {
    const high = keyOf(Number.parseInt(traceId.slice(0, 8), 16), Number.parseInt(traceId.slice(8, 16), 16), ordinal);
    return hex(high, 8) + hex((mix(high, ordinal) | 1) >>> 0, 8);
  }

  private proof(head: string): string {
    const left = Number.parseInt(head.slice(0, 6), 16);
    const right = Number.parseInt(head.slice(6), 16);
    const high = mix(mix(this.seed ^ 3, left), right);
    const middle = mix(high, 4);
    return hex(high, 8) + hex(middle, 8) + hex(mix(middle, 5) & 0xffff, 4);
  }

  private encode({ cell, window, index }: RequestPlace, keys: readonly number[]): string {
    let left = (cell << 20) | (window >>> 8);
    let right = ((window & 0xff) << 16) | index;
    for (const key of keys) {
      const swapped = left ^ (mix(key, right) & (HALF - 1));
      left = right;
      right = swapped;
    }
    return hex(left, 6) + hex(right, 6);
  }

  private decode(digits: string, keys: readonly number[]): RequestPlace {
    let left = Number.parseInt(digits.slice(0, 6), 16);
    let right = Number.parseInt(digits.slice(6), 16);
    for (const key of keys.toReversed()) {
      const swapped = right ^ (mix(key, left) & (HALF - 1));
      right = left;
      left = swapped;
    }
    return { cell: left >>> 20, window: ((left & 0xfffff) << 8) | (right >>> 16), index: right & 0xffff };
  }
}
