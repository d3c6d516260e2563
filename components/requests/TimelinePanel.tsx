'use client';

import { clsx } from 'clsx';
import { ViewLink } from '@/components/shell/ViewLink';
import { Choice } from '@/components/ui/Choice';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { StatusIcon } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import { useUrlParam } from '@/components/ui/use-url-param';
import { STAGES, stageName } from '@/lib/charts/palette';
import type { StoryCore, StoryLogLine, StorySpan, StoryTimeline } from '@/lib/contracts/request-story';
import { formatInstant, formatMs } from '@/lib/domain/format';
import { LogDetails } from './LogDetails';

/** CSS colour of a stage: the series colour that traces and stacked latency give it. */
const STAGE_VARIABLE: Readonly<Record<string, string>> = {
  feature_fetch: 'var(--series-3)',
  preprocess: 'var(--series-5)',
  infer: 'var(--series-6)',
  postprocess: 'var(--series-4)',
};

const SHOWN = ['all', 'lines', 'spans'] as const;
const isShown = (text: string | null): text is (typeof SHOWN)[number] => SHOWN.some((one) => one === text);

/** Spans and log lines of every service as one list in time, on one axis. */
export function TimelinePanel({ story }: { story: StoryCore }) {
  const { timeline, trace, noLines, noTrace } = story;
  const [wanted, setWanted] = useUrlParam('show');
  const [openLine, setOpenLine] = useUrlParam('line');
  const show = isShown(wanted) ? wanted : 'all';
  const entries = timeline.entries.filter(({ kind }) => show === 'all' || (show === 'lines') === (kind === 'log'));
  const lines = timeline.entries.filter(({ kind }) => kind === 'log').length;
  const spans = timeline.entries.length - lines;
  const gone = [noLines, noTrace].filter((one): one is string => one !== null);
  return (
    <Panel
      title="Timeline"
      definition={`${spans} ${spans === 1 ? 'span' : 'spans'} and ${lines} log ${lines === 1 ? 'line' : 'lines'} of every service, on the clocks as they were written`}
      why={story.why}
      className="lg:col-span-2"
      actions={
        <Choice
          label="What the timeline shows"
          value={show}
          options={[
            { value: 'all', label: 'All' },
            { value: 'spans', label: 'Spans' },
            { value: 'lines', label: 'Lines' },
          ]}
          onChange={(value) => setWanted(value === 'all' ? null : value)}
        />
      }
    >
      {entries.length === 0 ? (
        <Diagnosis
          height={80}
          diagnosis={{
            what: `No ${show === 'lines' ? 'log lines' : 'spans'} here.`,
            why: gone.join(' '),
            action: null,
          }}
        />
      ) : (
        <ol aria-label="Spans and log lines in time" className="-mx-3">
          {entries.map((entry) =>
            entry.kind === 'span' ? (
              <SpanRow key={entry.key} span={entry} timeline={timeline} traceId={trace?.traceId ?? null} />
            ) : (
              <LineRow
                key={entry.key}
                line={entry}
                timeline={timeline}
                isOpen={openLine === entry.key}
                onToggle={() => setOpenLine(openLine === entry.key ? null : entry.key)}
                traceId={trace?.traceId ?? null}
              />
            ),
          )}
        </ol>
      )}
      {[...timeline.cut, ...(entries.length === 0 ? [] : gone)].map((text) => (
        <p key={text} className="mt-2 text-small text-t3">
          {text}
        </p>
      ))}
      {trace === null ? null : <StageLegend />}
    </Panel>
  );
}

const ROW =
  'grid min-h-[30px] grid-cols-[76px_minmax(0,1fr)] items-center gap-x-2 px-3 py-0.5 text-small sm:grid-cols-[76px_112px_minmax(0,5fr)_minmax(80px,4fr)]';

function Offset({ atMs, timeline }: { atMs: number; timeline: StoryTimeline }) {
  const { zone } = useZone();
  const sinceMs = atMs - timeline.startMs;
  return (
    <span className="whitespace-nowrap text-right font-mono text-t3 tabular-nums">
      <Hint text={formatInstant(atMs, zone)}>
        +{sinceMs <= 0 ? '0' : sinceMs < 1000 ? `${sinceMs.toFixed(1)} ms` : formatMs(sinceMs)}
      </Hint>
    </span>
  );
}

const percent = (part: number, whole: number): number =>
  whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0;

function SpanRow({ span, timeline, traceId }: { span: StorySpan; timeline: StoryTimeline; traceId: string | null }) {
  const whole = timeline.endMs - timeline.startMs;
  const left = percent(span.atMs - timeline.startMs, whole);
  const width = Math.max(0.4, Math.min(100 - left, percent(Math.max(0, span.durationMs), whole)));
  const name = span.name === '' ? 'unnamed span' : span.name;
  return (
    <li className={clsx(ROW, 'border-line border-t')}>
      <Offset atMs={span.atMs} timeline={timeline} />
      <span className="truncate text-t2 max-sm:hidden" title={span.service}>
        {span.service}
      </span>
      <span className="min-w-0" style={{ paddingLeft: Math.min(span.depth, 8) * 12 }}>
        <span className="sm:hidden text-t3">{span.service} </span>
        {traceId === null ? (
          name
        ) : (
          <ViewLink
            to={`/traces/${traceId}?span=${encodeURIComponent(span.key)}`}
            className="link [overflow-wrap:anywhere]"
          >
            {name}
          </ViewLink>
        )}{' '}
        <span className="whitespace-nowrap text-t2 tabular-nums">
          {span.durationMs < 0 ? 'ends before it starts' : formatMs(span.durationMs)}
        </span>
        {span.isError ? (
          <span className="ml-2 text-bad [overflow-wrap:anywhere]">
            <StatusIcon status="bad" label="failed" /> {span.message ?? 'failed'}
          </span>
        ) : null}
      </span>
      <span aria-hidden className="keeps-colour relative h-3 max-sm:hidden">
        <span
          className={clsx('absolute inset-y-0 rounded-[2px]', span.isError && 'outline outline-1 outline-bad')}
          style={{
            left: `${left}%`,
            width: `${width}%`,
            background: STAGE_VARIABLE[span.stage ?? ''] ?? 'var(--series-8)',
          }}
        />
      </span>
    </li>
  );
}

interface LineRowProps {
  line: StoryLogLine;
  timeline: StoryTimeline;
  isOpen: boolean;
  onToggle: () => void;
  traceId: string | null;
}

function LineRow({ line, timeline, isOpen, onToggle, traceId }: LineRowProps) {
  const left = percent(line.atMs - timeline.startMs, timeline.endMs - timeline.startMs);
  const isBad = line.level === 'error' || line.level === 'critical';
  const isWarning = line.level === 'warn';
  const error = line.fields.find(([name]) => name === 'error')?.[1];
  return (
    <li className="border-line border-t">
      <div className={ROW}>
        <Offset atMs={line.atMs} timeline={timeline} />
        <span className="truncate text-t2 max-sm:hidden" title={line.service ?? ''}>
          {line.service ?? 'no service'}
        </span>
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={onToggle}
          className="min-w-0 rounded-sm text-left font-mono hover:bg-raised [overflow-wrap:anywhere]"
        >
          <span className={clsx('mr-2', isBad ? 'text-bad' : isWarning ? 'text-watch' : 'text-t3')}>
            {isBad || isWarning ? <StatusIcon status={isBad ? 'bad' : 'watch'} /> : null} {line.level}
          </span>
          <span className="sm:hidden text-t3">{line.service} </span>
          {line.message}
          {error === undefined ? null : <span className="text-t2"> {error}</span>}
        </button>
        <span aria-hidden className="keeps-colour relative h-3 max-sm:hidden">
          <span
            className={clsx('absolute top-0.5 size-2 rotate-45', isBad ? 'bg-bad' : isWarning ? 'bg-watch' : 'bg-t2')}
            style={{ left: `calc(${left}% - 4px)` }}
          />
        </span>
      </div>
      {isOpen ? <LogDetails line={line} traceId={traceId} /> : null}
    </li>
  );
}

function StageLegend() {
  return (
    <ul aria-label="Colours of the bars" className="mt-2 flex flex-wrap gap-x-4 text-axis text-t3 max-sm:hidden">
      {STAGES.map((stage) => (
        <li key={stage} className="flex items-center gap-1.5">
          <span
            aria-hidden
            className="keeps-colour size-2 rounded-[2px]"
            style={{ background: STAGE_VARIABLE[stage] ?? 'var(--series-8)' }}
          />
          {stageName(stage)}
        </li>
      ))}
      <li className="flex items-center gap-1.5">
        <span aria-hidden className="keeps-colour size-2 rotate-45 bg-t2" /> log line
      </li>
    </ul>
  );
}
