import type { ReactNode } from 'react';
import { StatusIcon } from './Status';

export interface DiagnosisText {
  /** What is missing. */
  what: string;
  /** Why, in a sentence. */
  why: string;
  /** What would help: a sentence, a link or a button; null when nothing in the reader's hands would. */
  action: ReactNode;
}

/** Emptiness, explained: one line what is missing, one why, one action. "No data" never stands alone. */
export function Diagnosis({ diagnosis, height }: { diagnosis: DiagnosisText; height?: number }) {
  return (
    <div className="grid content-center justify-items-start gap-0.5 py-2 text-body" style={{ minHeight: height }}>
      <p className="font-medium text-t1">
        <StatusIcon status="unknown" /> {diagnosis.what}
      </p>
      <p className="text-t2">{diagnosis.why}</p>
      {diagnosis.action === null ? null : <div className="text-t2">{diagnosis.action}</div>}
    </div>
  );
}
