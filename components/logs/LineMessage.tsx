import type { LogRow } from '@/lib/contracts/logs';
import { summarise } from '@/lib/domain/log-fields';
import { LogText } from './LogText';
import { lineFields } from './row-fields';

/** Fields drawn after the message at most; the rest shows when the line is opened. */
const MAX_SHOWN = 14;

/** What a line says: its message and fields, or the line itself where it has none. Always text. */
export function LineMessage({ row, isRaw, columns }: { row: LogRow; isRaw: boolean; columns: readonly string[] }) {
  const { format, fields } = lineFields(row);
  if (isRaw || format === 'text') return <LogText text={row.line.trimEnd()} />;
  const { message, rest } = summarise(fields);
  const shown = rest
    // What a column or the stream says already is not said again.
    .filter(([name, value]) => !columns.includes(name) && row.labels[name] !== value)
    .slice(0, MAX_SHOWN);
  return (
    <>
      {message === null ? null : <LogText text={message} />}
      {shown.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line may name a field twice
        <span key={index} className="text-t3">
          {'  '}
          {name}=
          <span className={name === 'error' ? 'text-bad' : 'text-t2'}>{<LogText text={value.slice(0, 300)} />}</span>
        </span>
      ))}
    </>
  );
}
