import 'server-only';
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CompareResult } from '@/lib/contracts/compare';
import { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { judge } from '@/lib/domain/compare';

/** Inputs of a verdict as they are kept. */
export interface KeptInputs {
  /** JSON, gzip'd. */
  bytes: Uint8Array<ArrayBuffer>;
  sizeBytes: number;
  sha256: string;
}

/** Bytes of one kept evaluation at most, once unpacked; far more than a week of cells takes. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 of a verdict's JSON: equal exactly where two results are equal to the bit. */
export const resultSha256 = (result: CompareResult): string => sha256(JSON.stringify(result));

/**
 * Packs inputs, and judges them as they will be read back: JSON knows neither −0 nor what is left out, so that what was
 * packed is what must be judged for a replay to be the same to the bit.
 */
export function keepAndJudge(
  inputs: CompareInputs,
  policy: ComparePolicy,
): { kept: KeptInputs; inputs: CompareInputs; result: CompareResult } {
  const json = JSON.stringify(inputs);
  const readBack = CompareInputs.parse(JSON.parse(json));
  return {
    kept: { bytes: new Uint8Array(gzipSync(json)), sizeBytes: Buffer.byteLength(json), sha256: sha256(json) },
    inputs: readBack,
    result: judge(readBack, policy),
  };
}

/** Inputs as they were kept, and whether they are the same bytes. Throws where they are no inputs at all. */
export function readKept({ bytes, sha256: expected }: { bytes: Uint8Array; sha256: string }): {
  inputs: CompareInputs;
  isIntact: boolean;
} {
  const json = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  return { inputs: CompareInputs.parse(JSON.parse(json)), isIntact: sha256(json) === expected };
}
