import type { IncidentList } from '@/lib/contracts/incident';
import { formatDuration } from '@/lib/domain/format';

const FIGURES = [
  { key: 'toDetect', name: 'to detect' },
  { key: 'toAcknowledge', name: 'to acknowledge' },
  { key: 'toMitigate', name: 'to mitigate' },
  { key: 'toResolve', name: 'to resolve' },
] as const;

/** The middle times of the last 90 days, each with how many incidents it was measured on. */
export function FiguresLine({ figures }: { figures: IncidentList['figures'] }) {
  return (
    <dl
      aria-label="Median times of the last 90 days"
      className="flex flex-wrap gap-x-6 gap-y-1 text-small text-t2 tabular-nums"
    >
      {FIGURES.map(({ key, name }) => (
        <div key={key} className="flex gap-1.5">
          <dt>Median {name}, 90 days</dt>
          <dd className="text-t1">
            {formatDuration(figures[key].medianMs)}{' '}
            <span className="text-t3">
              ({figures[key].incidents} {figures[key].incidents === 1 ? 'incident' : 'incidents'})
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
