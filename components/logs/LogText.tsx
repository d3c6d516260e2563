import { clsx } from 'clsx';
import { ansiRuns, hasAnsi } from '@/lib/domain/ansi';

const COLOUR = {
  black: 'text-t3',
  red: 'text-bad',
  green: 'text-ok',
  yellow: 'text-watch',
  blue: 'text-accent',
  magenta: 'text-(--series-4)',
  cyan: 'text-(--series-3)',
  white: 'text-t1',
} as const;

/** Text of a line with the colours a terminal would give it. Always text: nothing in it becomes markup. */
export function LogText({ text }: { text: string }) {
  if (!hasAnsi(text)) return text;
  return ansiRuns(text).map(({ text: part, colour, bold, dim, italic, underline }, index) => (
    <span
      // biome-ignore lint/suspicious/noArrayIndexKey: runs of a line have no identity but their place
      key={index}
      className={clsx(
        colour !== null && COLOUR[colour],
        bold && 'font-semibold',
        dim && 'text-t3',
        italic && 'italic',
        underline && 'underline',
      )}
    >
      {part}
    </span>
  ));
}
