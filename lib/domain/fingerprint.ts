import type { Labels } from '@/lib/contracts/series';

const OFFSET = 14_695_981_039_346_656_037n;
const PRIME = 1_099_511_628_211n;
const MASK = (1n << 64n) - 1n;
const SEPARATOR = 0xff;

/**
 * The identity of a label set: FNV-1a, 64 bits, over names and values in the order of their names, each followed by
 * 0xff, as 16 hex digits. What Prometheus and Alertmanager reckon (prometheus/common, model/signature.go).
 */
export function fingerprintOf(labels: Labels): string {
  const bytes = new TextEncoder();
  const names = Object.keys(labels).sort();
  let hash = OFFSET;
  const add = (byte: number) => {
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  };
  for (const name of names) {
    for (const text of [name, labels[name] ?? '']) {
      for (const byte of bytes.encode(text)) add(byte);
      add(SEPARATOR);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
