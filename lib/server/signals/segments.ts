import 'server-only';
import type { SignalMap } from './signal-map';

/** A matcher of the requests that failed. */
export interface FailedBy {
  label: string;
  op: '=~' | '!=';
  value: string;
}

/** What marks a failed request in the counter by segment: what the signal says, else the request counter, else "error". */
export function failedSegments({ contract: { segments }, errors }: Pick<SignalMap, 'contract' | 'errors'>): FailedBy {
  const label = segments.labels.status ?? 'status';
  if (segments.errorPattern !== null) return { label, op: '=~', value: segments.errorPattern };
  if (errors.kind === 'label' && errors.label === label) return { label, op: errors.op, value: errors.value };
  return { label, op: '=~', value: 'error' };
}
