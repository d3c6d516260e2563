'use client';

import { clsx } from 'clsx';
import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import type { LogRow } from '@/lib/contracts/logs';
import { formatInstant, formatTime } from '@/lib/domain/format';
import { toLevel } from '@/lib/domain/log-level';
import { LineMessage } from './LineMessage';
import { fieldOf } from './row-fields';

/** Milliseconds of an instant, after its second. */
const fraction = (ns: string): string => `.${ns.padStart(19, '0').slice(-9, -6)}`;

const LEVEL = {
  critical: { word: 'CRIT', className: 'text-bad font-semibold', edge: 'bg-bad' },
  error: { word: 'ERROR', className: 'text-bad', edge: 'bg-bad' },
  warn: { word: 'WARN', className: 'text-watch', edge: 'bg-watch' },
  info: { word: 'INFO', className: 'text-t2', edge: 'bg-transparent' },
  debug: { word: 'DEBUG', className: 'text-t3', edge: 'bg-transparent' },
  trace: { word: 'TRACE', className: 'text-t3', edge: 'bg-transparent' },
  unknown: { word: '–', className: 'text-t3', edge: 'bg-transparent' },
} as const;

export interface LogLineProps {
  row: LogRow;
  columns: readonly string[];
  isWrapped: boolean;
  isRaw: boolean;
  /** Whether lines of several services stand together. */
  hasService: boolean;
  isCursor: boolean;
  isOpen: boolean;
  zone: string | undefined;
  onOpen: (row: LogRow) => void;
}

const COLUMN_WIDTH = 'w-36 shrink-0 truncate';
const SERVICE_WIDTH = 'w-24 shrink-0 truncate max-sm:hidden';
const SERVICE_LABELS = ['service_name', 'service', 'app', 'job'];

/** Names of the columns, above the lines; with neither columns nor services there is nothing to name. */
export function LineHead({ columns, hasService }: { columns: readonly string[]; hasService: boolean }) {
  return (
    <div className="flex gap-2 border-line border-b py-0.5 pr-2 pl-8 text-small text-t3">
      <span className="w-15 shrink-0 sm:w-21">Time</span>
      <span className="w-10 shrink-0">Level</span>
      {hasService ? <span className={SERVICE_WIDTH}>Service</span> : null}
      {columns.map((name) => (
        <span key={name} className={COLUMN_WIDTH} title={name}>
          {name}
        </span>
      ))}
      <span>Line</span>
    </div>
  );
}

/** One line of the list: time, level, columns, message. Opens with a press or Enter. */
export const LogLine = memo(function LogLine(props: LogLineProps) {
  const { row, columns, isWrapped, isRaw, hasService, isCursor, isOpen, zone, onOpen } = props;
  const level = LEVEL[toLevel(row.level)];
  const service = SERVICE_LABELS.map((name) => row.labels[name]).find((name) => name !== undefined) ?? '–';
  return (
    <button
      type="button"
      data-line={row.id}
      aria-expanded={isOpen}
      onClick={() => {
        // Selecting text is not opening.
        if (window.getSelection()?.isCollapsed === false) return;
        onOpen(row);
      }}
      className={clsx(
        'relative flex w-full cursor-pointer gap-2 py-0.5 pr-2 pl-3 text-left font-mono text-small leading-5 hover:bg-raised focus-visible:-outline-offset-2',
        (isCursor || isOpen) && 'bg-raised',
      )}
    >
      <span aria-hidden className={clsx('keeps-colour absolute inset-y-px left-0 w-0.5', level.edge)} />
      <ChevronRight
        aria-hidden
        size={12}
        className={clsx('mt-1 shrink-0 text-t3 transition-transform', isOpen && 'rotate-90')}
      />
      <span className="w-15 shrink-0 text-t3 sm:w-21" title={formatInstant(row.timeMs, zone)}>
        {formatTime(row.timeMs, zone, true)}
        <span className="max-sm:hidden">{fraction(row.ns)}</span>
      </span>
      <span className={clsx('w-10 shrink-0', level.className)}>{level.word}</span>
      {hasService ? (
        <span className={clsx(SERVICE_WIDTH, 'text-t2')} title={service}>
          {service}
        </span>
      ) : null}
      {columns.map((name) => {
        const value = fieldOf(row, name);
        return (
          <span
            key={name}
            className={clsx(COLUMN_WIDTH, value === null ? 'text-t3' : 'text-t1')}
            title={value ?? `no ${name}`}
          >
            {value ?? '–'}
          </span>
        );
      })}
      <span
        className={clsx(
          'min-w-0 flex-1 text-t1',
          isWrapped ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'truncate whitespace-pre',
        )}
      >
        <LineMessage row={row} isRaw={isRaw} columns={columns} />
        {row.wholeChars === null ? null : <span className="text-t3"> … cut</span>}
      </span>
    </button>
  );
});
