import 'server-only';

/** When an answer is read, and the reader who may leave meanwhile. */
export interface Reading {
  signal: AbortSignal;
  nowMs: number;
}
