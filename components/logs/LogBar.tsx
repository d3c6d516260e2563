'use client';

import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Code2, Play, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Select } from '@/components/ui/Field';
import { FieldError } from '@/components/ui/FieldError';
import { Skeleton } from '@/components/ui/Skeleton';
import { useShortcut } from '@/components/ui/shortcuts';
import { type FieldFilter, writeFilter } from '@/lib/contracts/log-filter';
import { LEVELS } from '@/lib/domain/log-level';
import type { ApiError } from '@/lib/queries/api';
import { type LogRange, logNamesQuery } from '@/lib/queries/logs';
import type { LogView } from './use-log-view';

const LogqlEditor = dynamic(() => import('./LogqlEditor'), { ssr: false, loading: () => <Skeleton height={28} /> });

export interface LogBarProps {
  view: LogView;
  range: LogRange;
  model: string | undefined;
  /** The LogQL that the server wrote of the builder; null before the first answer. */
  written: string | null;
  /** Why the query was refused. */
  error: ApiError | null;
  onChange: (patch: Partial<LogView>) => void;
}

/** What lines are meant: by the parts of a builder, or as LogQL. */
export function LogBar(props: LogBarProps) {
  const { view, onChange } = props;
  return (
    <section aria-label="Filter" className="grid gap-2 rounded-panel border border-line bg-panel p-3">
      {view.query === null ? <Builder {...props} /> : <Editor {...props} query={view.query} />}
      {view.where.length === 0 ? null : (
        <ul aria-label="Filters by field" className="flex flex-wrap gap-1">
          {view.where.map((filter) => (
            <Chip
              key={writeFilter(filter)}
              filter={filter}
              onRemove={() => onChange({ where: view.where.filter((each) => each !== filter) })}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Chip({ filter, onRemove }: { filter: FieldFilter; onRemove: () => void }) {
  const text = `${filter.name} ${filter.op} ${filter.value}`;
  return (
    <li className="flex max-w-full items-center rounded-panel border border-line bg-raised pl-2 font-mono text-small">
      <span className="truncate" title={text}>
        {filter.name} <span className="text-t3">{filter.op}</span> {filter.value}
      </span>
      <button
        type="button"
        aria-label={`Remove the filter ${text}`}
        onClick={onRemove}
        className="flex size-6 shrink-0 items-center justify-center text-t3 hover:text-t1"
      >
        <X size={12} aria-hidden />
      </button>
    </li>
  );
}

function Builder({ view, range, model, written, onChange }: LogBarProps) {
  const names = useQuery(logNamesQuery({ ...range }));
  const services = names.data?.services ?? [];
  const levels = names.data?.levels ?? LEVELS.filter((level) => level !== 'unknown' && level !== 'trace');
  const [service = ''] = view.services;
  const known = service === '' || services.includes(service) ? services : [service, ...services];
  return (
    <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
      <div className="w-44">
        <Select
          label="Service"
          value={service}
          choices={[{ value: '', name: 'All services' }, ...known.map((name) => ({ value: name, name }))]}
          onChange={(event) => onChange({ services: event.target.value === '' ? [] : [event.target.value] })}
        />
      </div>
      <fieldset className="grid gap-1">
        <legend className="mb-1 text-small text-t2">Level</legend>
        <div className="flex rounded-panel border border-line">
          {levels.map((level) => {
            const isOn = view.levels.includes(level);
            return (
              <button
                key={level}
                type="button"
                aria-pressed={isOn}
                onClick={() =>
                  onChange({ levels: isOn ? view.levels.filter((each) => each !== level) : [...view.levels, level] })
                }
                className={clsx(
                  'h-6.5 px-2 text-small first:rounded-l-panel last:rounded-r-panel hover:text-t1',
                  isOn ? 'bg-raised font-medium text-t1 underline underline-offset-4' : 'text-t2',
                )}
              >
                {level}
              </button>
            );
          })}
        </div>
      </fieldset>
      <TextFilter value={view.text} onChange={(text) => onChange({ text })} />
      <Button
        onClick={() => onChange({ query: written ?? '', services: [], levels: [], text: '', where: [] })}
        disabled={written === null}
        title={written ?? undefined}
      >
        <Code2 size={13} aria-hidden /> Edit as LogQL
      </Button>
      {model === undefined ? null : <p className="pb-1 text-small text-t3">of {model}, as chosen above</p>}
    </div>
  );
}

/** Text lines hold: applied with Enter, on leaving the field, or a moment after the last key. */
function TextFilter({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // The address bar: a link or the back button may have changed it.
  useEffect(() => setText(value), [value]);
  // The clock: every key would be a query of its own.
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text), 600);
    return () => clearTimeout(timer);
  }, [text, value]);
  useShortcut({ keys: 's', label: 'Filter by text', group: 'Page', run: () => input.current?.focus() });
  return (
    <label className="grid min-w-52 flex-1 gap-1 text-small text-t2">
      Line contains, in any case
      <input
        ref={input}
        type="search"
        value={text}
        maxLength={1_000}
        placeholder="timed out, req-5aaa645da16f, …"
        onChange={(event) => setText(event.target.value)}
        onBlur={() => (text === value ? undefined : onChange(text))}
        onKeyDown={(event) => (event.key === 'Enter' ? onChange(text) : undefined)}
        className="h-7 w-full rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
      />
    </label>
  );
}

function Editor({ query, range, model, error, onChange }: LogBarProps & { query: string }) {
  const [text, setText] = useState(query);
  // The address bar: a link or the back button may have changed it.
  useEffect(() => setText(query), [query]);
  const isRefused = error !== null && text === query;
  const position = isRefused ? error.position : null;
  const fault = position === null ? null : { ...position, message: error?.message ?? '' };
  const run = () => (text.trim() === '' ? undefined : onChange({ query: text, line: null }));
  return (
    <div className="grid gap-1.5">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <LogqlEditor value={text} range={range} onChange={setText} onRun={run} fault={fault} />
        </div>
        <Button look="primary" onClick={run} disabled={text.trim() === '' || (text === query && error === null)}>
          <Play size={13} aria-hidden /> Run
        </Button>
        <Button onClick={() => onChange({ query: null })}>Builder</Button>
      </div>
      {isRefused && position !== null ? (
        <FieldError>
          Line {position.line}, column {position.column}: {error?.message}
        </FieldError>
      ) : null}
      {model === undefined ? null : (
        <p className="text-small text-t3">The query decides which lines: the model {model} is not added to it.</p>
      )}
    </div>
  );
}
