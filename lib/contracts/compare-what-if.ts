/** The edits of a comparison's policy as they stand in an address. Apart from the contract: the page needs no parser. */

export const WHAT_IF_KEYS = ['p95', 'errors', 'quality', 'requests', 'minutes', 'share'] as const;
export type WhatIfKey = (typeof WHAT_IF_KEYS)[number];

/** In the units people write; both ends included. */
export const WHAT_IF_MAX = { p95: 10_000, errors: 100, quality: 100, requests: 1_000_000_000, minutes: 1_000_000 };

/** One edit's number; null where the server would not take it. */
export function readWhatIf(key: WhatIfKey, text: string): number | null {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) return null;
  if (key === 'share') return value > 0 && value < 100 ? value : null;
  if (key === 'requests' && !Number.isSafeInteger(value)) return null;
  return value <= WHAT_IF_MAX[key] ? value : null;
}
