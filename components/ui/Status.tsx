import { clsx } from 'clsx';
import { Check, CircleAlert, CircleHelp, CircleX } from 'lucide-react';
import type { Status } from '@/lib/contracts/answer';

const ICON = { ok: Check, watch: CircleAlert, bad: CircleX, unknown: CircleHelp } as const;
const COLOUR = { ok: 'text-t2', watch: 'text-watch', bad: 'text-bad', unknown: 'text-unknown' } as const;

/** What each status is called where nothing says it better. */
export const STATUS_WORD: Readonly<Record<Status, string>> = {
  ok: 'ok',
  watch: 'needs a look',
  bad: 'failing',
  unknown: 'not known',
};

/** Icon of a status. Decorative: its word must stand beside it, or be given as `label`. */
export function StatusIcon({ status, label, size = 13 }: { status: Status; label?: string; size?: number }) {
  const Icon = ICON[status];
  const name = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    <Icon {...name} size={size} strokeWidth={2.25} className={clsx('inline shrink-0 align-[-2px]', COLOUR[status])} />
  );
}

/** A status as icon and word. Healthy is quiet: it takes the colour of labels. `isCut`: on one line, as wide as there is room. */
export function StatusWord({ status, word, isCut }: { status: Status; word?: string; isCut?: boolean }) {
  return (
    <span
      className={clsx(
        'inline-flex items-baseline gap-1.5',
        COLOUR[status],
        status !== 'ok' && 'font-medium',
        isCut && 'max-w-full',
      )}
    >
      <span className="self-center leading-none">
        <StatusIcon status={status} />
      </span>
      <span className={clsx(isCut && 'truncate')}>{word ?? STATUS_WORD[status]}</span>
    </span>
  );
}
