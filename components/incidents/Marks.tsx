import { clsx } from 'clsx';
import { StatusWord } from '@/components/ui/Status';
import type { IncidentStatus, Severity } from '@/lib/contracts/incident-words';
import { SEVERITY_TONE, STATUS_OF } from './words';

/** SEV0 to SEV3; the louder, the worse. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <span
      className={clsx(
        'inline-block rounded-sm border px-1 font-medium text-axis leading-4 tabular-nums',
        SEVERITY_TONE[severity],
      )}
    >
      {severity}
    </span>
  );
}

/** Where an incident stands. */
export function IncidentStatusMark({ status }: { status: IncidentStatus }) {
  return <StatusWord status={STATUS_OF[status]} word={status} />;
}
