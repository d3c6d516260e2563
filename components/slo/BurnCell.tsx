import { clsx } from 'clsx';
import { Hint } from '@/components/ui/Tooltip';
import type { BurnPairRow } from '@/lib/contracts/slo';
import { formatDuration, formatNumber, NOT_MEASURED } from '@/lib/domain/format';

/** The threshold stands in the middle of a bar, so twice the threshold fills it; a pair without one is held against 1. */
const FULL_OF_FACTOR = 2;
const SUSTAINABLE = 1;

const rate = (burn: number | null): string => (burn === null ? NOT_MEASURED : `${formatNumber(burn, 2)} ×`);

/** What a pair of windows says, in one sentence. */
export function pairSentence(pair: BurnPairRow): string {
  const measured = `Burns ${rate(pair.longBurn)} over ${formatDuration(pair.longMs)}, ${rate(pair.shortBurn)} over ${formatDuration(pair.shortMs)}.`;
  if (pair.silent !== null) return `${measured} ${pair.silent}`;
  const verb = pair.severity === 'page' ? 'Pages' : 'Opens a ticket';
  return `${measured} ${verb} when both are over ${formatNumber(pair.factor)} ×, which ${pair.meaning}.`;
}

/** The burn rates of a pair of windows as a figure and two bars against their threshold; the upper is the long window. */
export function BurnCell({ pair }: { pair: BurnPairRow }) {
  const { longBurn, shortBurn, firing, silent } = pair;
  const colour = firing ? (pair.severity === 'page' ? 'bg-bad' : 'bg-watch') : 'bg-t3';
  const middle = silent === null ? pair.factor : SUSTAINABLE;
  const width = (burn: number | null) => `${Math.min(1, Math.max(0, (burn ?? 0) / (middle * FULL_OF_FACTOR))) * 100}%`;
  return (
    <Hint text={pairSentence(pair)}>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="keeps-colour relative inline-grid w-8 gap-px">
          {[longBurn, shortBurn].map((burn, at) => (
            <span key={at === 0 ? 'long' : 'short'} className="block h-1 w-full overflow-hidden rounded-full bg-raised">
              <span className={clsx('block h-full rounded-full', colour)} style={{ width: width(burn) }} />
            </span>
          ))}
          {silent === null ? <span className="-inset-y-0.5 absolute left-1/2 w-px bg-t1" /> : null}
        </span>
        <span
          className={clsx(
            'min-w-7 text-right',
            firing && (pair.severity === 'page' ? 'font-medium text-bad' : 'font-medium text-watch'),
            silent !== null && 'text-t3',
          )}
        >
          {longBurn === null ? (
            <>
              <span aria-hidden>–</span>
              <span className="sr-only">{NOT_MEASURED}</span>
            </>
          ) : (
            formatNumber(longBurn, 2)
          )}
        </span>
      </span>
    </Hint>
  );
}
