import 'server-only';
import type { TraceValues } from '@/lib/contracts/traces';
import { redact } from '../redaction/redact';
import type { TagScope, TagValue } from '../tempo/catalog';
import { attribute, isIntrinsic } from '../tempo/traceql';

const MAX_VALUES = 500;
const SCOPES = ['span', 'resource', 'event', 'link', 'instrumentation'] as const;

/** Fields as TraceQL writes them: attributes with their scope, then the intrinsics. A name that cannot be written is left out. */
export function fieldsOf(scopes: readonly TagScope[]): string[] {
  const fields = scopes.flatMap(({ scope, tags }) =>
    tags.flatMap((tag) => {
      if (scope === 'intrinsic') return isIntrinsic(tag) ? [tag] : [];
      try {
        return [attribute(SCOPES.find((known) => known === scope) ?? 'any', tag)];
      } catch {
        return [];
      }
    }),
  );
  const rank = (text: string): number =>
    ['span.', 'resource.', '.'].findIndex((prefix) => text.startsWith(prefix)) >>> 0;
  return [...new Set(fields)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Values for completion: the first five hundred, and how many are left out. */
export function firstValues(values: readonly TagValue[]): Pick<TraceValues, 'values' | 'truncated'> {
  // A redacted value would find nothing, and must not be shown either.
  const shown = values.filter(({ value }) => redact(value) === value);
  const hiddenCount = values.length - shown.length;
  const cut = [
    ...(shown.length > MAX_VALUES ? [`Only ${MAX_VALUES} of ${shown.length} values are listed.`] : []),
    ...(hiddenCount > 0 ? [`${hiddenCount} are left out by the redaction rules.`] : []),
  ];
  return { values: shown.slice(0, MAX_VALUES), truncated: cut.length === 0 ? null : cut.join(' ') };
}
