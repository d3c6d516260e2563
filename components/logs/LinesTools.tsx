'use client';

import { clsx } from 'clsx';
import { Columns3, Download, Radio, WrapText } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { copyText } from '@/components/ui/clipboard';
import { Popover } from '@/components/ui/Popover';
import { MAX_HELD_LINES } from '@/lib/contracts/log-filter';
import type { LogRow } from '@/lib/contracts/logs';
import { stripAnsi } from '@/lib/domain/ansi';
import { formatCount } from '@/lib/domain/format';
import { type LogQuestion, logExportAddress } from '@/lib/queries/logs';
import { allFields } from './row-fields';
import type { LogView } from './use-log-view';

const ORDERS = [
  { value: 'backward', label: 'Newest first' },
  { value: 'forward', label: 'Oldest first' },
] as const;
const TABS = [
  { value: 'lines', label: 'Lines' },
  { value: 'patterns', label: 'Patterns' },
] as const;
/** Rows whose fields are offered as columns. */
const SAMPLE = 200;
/** Lines that are copied at once. */
const COPIED = 1_000;

export interface LinesToolsProps {
  view: LogView;
  question: LogQuestion;
  rows: readonly LogRow[];
  onChange: (patch: Partial<LogView>, options?: { replace?: boolean }) => void;
  onLive: (isLive: boolean) => void;
}

/** How the lines are shown, and what can be done with all of them. */
export function LinesTools({ view, question, rows, onChange, onLive }: LinesToolsProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-line border-b pb-2">
      <Choice
        label="Order"
        options={ORDERS}
        value={view.direction}
        onChange={(direction) => onChange({ direction, line: null })}
      />
      <Toggle isOn={view.isLive} onPress={() => onLive(!view.isLive)}>
        <Radio size={13} aria-hidden /> Live tail
      </Toggle>
      <Toggle isOn={view.isWrapped} onPress={() => onChange({ isWrapped: !view.isWrapped }, { replace: true })}>
        <WrapText size={13} aria-hidden /> Wrap
      </Toggle>
      <Toggle isOn={view.isRaw} onPress={() => onChange({ isRaw: !view.isRaw }, { replace: true })}>
        Raw
      </Toggle>
      <ColumnChoice view={view} rows={rows} onChange={onChange} />
      <ExportMenu view={view} question={question} rows={rows} />
      {view.isLive ? null : (
        <span className="ml-auto">
          <Choice
            label="Show"
            options={TABS}
            value={view.tab}
            onChange={(tab) => onChange({ tab }, { replace: true })}
          />
        </span>
      )}
    </div>
  );
}

function Toggle({ isOn, onPress, children }: { isOn: boolean; onPress: () => void; children: ReactNode }) {
  return (
    <Button aria-pressed={isOn} onClick={onPress} className={clsx(isOn && 'border-accent! bg-raised')}>
      {children}
    </Button>
  );
}

function ColumnChoice({ view, rows, onChange }: Pick<LinesToolsProps, 'view' | 'rows' | 'onChange'>) {
  const [isOpen, setOpen] = useState(false);
  const names = useMemo(() => {
    if (!isOpen) return [];
    const counts = new Map<string, number>();
    for (const row of rows.slice(0, SAMPLE)) {
      for (const name of new Set(allFields(row).map((field) => field.name)))
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const name of view.columns) counts.set(name, counts.get(name) ?? 0);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }, [isOpen, rows, view.columns]);
  return (
    <Popover
      label="Columns"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button>
          <Columns3 size={13} aria-hidden /> Columns{view.columns.length === 0 ? '' : ` (${view.columns.length})`}
        </Button>
      }
    >
      <fieldset className="grid w-64 gap-0.5 p-2">
        <legend className="pb-1 text-t3">Fields of the first {formatCount(Math.min(SAMPLE, rows.length))} lines</legend>
        {names.map(([name, count]) => (
          <label key={name} className="flex items-center gap-2 rounded-sm px-1 py-0.5 hover:bg-raised">
            <input
              type="checkbox"
              checked={view.columns.includes(name)}
              onChange={(event) =>
                onChange(
                  {
                    columns: event.target.checked
                      ? [...view.columns, name]
                      : view.columns.filter((each) => each !== name),
                  },
                  { replace: true },
                )
              }
            />
            <span className="min-w-0 flex-1 truncate font-mono" title={name}>
              {name}
            </span>
            <span className="text-t3">{formatCount(count)}</span>
          </label>
        ))}
      </fieldset>
    </Popover>
  );
}

function ExportMenu({ view, question, rows }: Pick<LinesToolsProps, 'view' | 'question' | 'rows'>) {
  const [isOpen, setOpen] = useState(false);
  const address = (format: 'csv' | 'ndjson') =>
    logExportAddress({ ...question, direction: view.direction, format, columns: view.columns.join(',') });
  const copyLines = async () => {
    const some = rows.slice(0, COPIED);
    await copyText(
      some.map(({ line }) => stripAnsi(line)).join('\n'),
      `${formatCount(some.length)} lines copied${rows.length > COPIED ? ', the first of those loaded' : ''}`,
      'Download them instead.',
    );
    setOpen(false);
  };
  const item = 'flex h-7 items-center rounded-sm px-2 text-left hover:bg-raised';
  return (
    <Popover
      label="Export"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button>
          <Download size={13} aria-hidden /> Export
        </Button>
      }
    >
      <div className="grid w-72 p-1">
        <a className={item} href={address('csv')} download onClick={() => setOpen(false)}>
          Download CSV
        </a>
        <a className={item} href={address('ndjson')} download onClick={() => setOpen(false)}>
          Download NDJSON
        </a>
        <button type="button" className={item} onClick={() => void copyLines()} disabled={rows.length === 0}>
          Copy {formatCount(Math.min(COPIED, rows.length))} loaded lines
        </button>
        <p className="px-2 py-1 text-axis text-t3">
          Downloads hold every line of the range, {view.direction === 'backward' ? 'newest' : 'oldest'} first, up to{' '}
          {formatCount(MAX_HELD_LINES)}, redacted, and say in their last record where they were cut. A line longer than
          8 192 characters is cut there.
        </p>
      </div>
    </Popover>
  );
}
