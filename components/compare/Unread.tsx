import { StatusIcon } from '@/components/ui/Status';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { unreadOf } from '@/lib/domain/compare-soundness';

/** What could not be read and decides nothing: its rows are not there, and that is said. */
export function Unread({ inputs }: { inputs: CompareInputs }) {
  const reasons = unreadOf(inputs);
  return reasons.length === 0 ? null : (
    <ul className="mt-2 grid gap-0.5 text-small text-t2 [overflow-wrap:anywhere]">
      {reasons.map((reason) => (
        <li key={reason}>
          <StatusIcon status="watch" label="not read" /> {reason}
        </li>
      ))}
    </ul>
  );
}
