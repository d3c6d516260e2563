/**
 * A JSON value as the one text that stands for it (RFC 8785): keys in the order of their UTF-16 units, no spaces,
 * numbers and strings as JSON.stringify writes them. What JSON has no word for is what JSON.stringify makes of it:
 * undefined members are left out, NaN and ±Infinity are null. Two values that say the same give the same text.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  // The caller's toJSON, a Date's for example, has been asked by whoever made the value plain.
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
  return `{${members.join(',')}}`;
}
