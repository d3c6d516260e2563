import type { DiagnosisText } from '@/components/ui/Diagnosis';
import type { MissingSignal } from '@/lib/contracts/fleet';
import type { SeriesSet } from '@/lib/contracts/series';

/** Whether any series has a measured value. */
export const hasValues = ({ series }: SeriesSet): boolean =>
  series.some(({ values }) => values.some((value) => value !== null));

/** Why a panel of a model is empty: what the signal map lacks, else that nothing came in this range. */
export function diagnose(what: string, missing: readonly MissingSignal[]): DiagnosisText {
  const [first] = missing;
  if (first !== undefined) return { what, why: first.reason, action: first.remedy };
  return {
    what,
    why: 'The metric exists, and this model has no sample of it in this range: no traffic then, or outside what the source keeps.',
    action: 'A range with traffic shows it.',
  };
}
