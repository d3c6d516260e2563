import type { ReactNode } from 'react';
import { StatusIcon } from './Status';

/** What failed, in a sentence, where no panel of a query draws it; read aloud as it appears. */
export function FailureLine({ label = 'failed', children }: { label?: string; children: ReactNode }) {
  return (
    <p role="alert" className="text-t1">
      <StatusIcon status="bad" label={label} /> {children}
    </p>
  );
}
