import 'server-only';

const NS_PER_MS = 1_000_000n;

/** Milliseconds as the nanosecond text Loki takes. A bare millisecond number would be read as nanoseconds of 1970. */
export const toNs = (ms: number): string => (BigInt(Math.floor(ms)) * NS_PER_MS).toString();

/** A nanosecond text in milliseconds, whole. */
export const nsToMs = (ns: string): number => Number(BigInt(ns) / NS_PER_MS);

/** A nanosecond text moved by `add`, which may be negative; exact, for a number holds no such instant. */
export const addNs = (ns: string, add: bigint): string => (BigInt(ns) + add).toString();

/** Order of two nanosecond texts: they exceed what a number holds exactly. */
export function compareNs(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
