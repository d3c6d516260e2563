'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useMemo } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { modelPath } from '@/components/shell/view-address';
import { IconButton } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { StatusWord } from '@/components/ui/Status';
import type { Labels } from '@/lib/contracts/series';
import type { SloDetail, SloRow } from '@/lib/contracts/slo';
import { formatCount, formatDuration, formatInstant, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { sloDetailQuery } from '@/lib/queries/slos';
import { pairSentence } from './BurnCell';
import { EatenPanel } from './EatenPanel';
import { SloChart } from './SloChart';
import { useObjective } from './use-objective';

const CHART_HEIGHT = 180;

/** One objective: its promise, its budget and burn rates over its window, and what ate it. */
export function ObjectiveDetail({ row, endMs }: { row: SloRow; endMs: number }) {
  const asked = { model: row.model, slo: row.name, endMs };
  const detail = useQuery({ ...sloDetailQuery(asked), enabled: row.state !== 'refused' });
  const [, setObjective] = useObjective();
  const name = `${row.model} ${row.name}`;
  return (
    <section aria-label={`Details of ${name}`} className="grid grid-cols-1 gap-3">
      <Panel
        title={name}
        definition={row.promise}
        why={detail.data?.why}
        actions={
          <IconButton label="Close details" onClick={() => setObjective(null)}>
            <X size={14} aria-hidden />
          </IconButton>
        }
      >
        <Definition row={row} expressions={detail.data?.expressions ?? []} />
      </Panel>
      {row.state === 'refused' ? null : (
        <>
          <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
            <QueryPanel
              title="Budget over time"
              definition={`share not yet spent, over the last ${formatDuration(row.windowMs)}`}
              query={detail}
              height={CHART_HEIGHT}
              diagnosis={({ budget }) =>
                budget.series.some(({ values }) => values.some((value) => value !== null)) ? null : unmeasured(row)
              }
            >
              {(data) => <BudgetChart detail={data} />}
            </QueryPanel>
            <QueryPanel
              title="Burn rate over time"
              definition="1 spends the budget in exactly its window"
              query={detail}
              height={CHART_HEIGHT}
              diagnosis={({ burn }) => (burn.series.length > 0 ? null : unmeasured(row))}
            >
              {(data) => <BurnChart detail={data} />}
            </QueryPanel>
          </div>
          <EatenPanel row={row} endMs={endMs} stretches={detail.data?.stretches ?? null} />
        </>
      )}
    </section>
  );
}

const unmeasured = (row: SloRow) => ({
  what: 'Nothing was measured in this window.',
  why: row.problem ?? 'The source holds no events of it.',
  action: 'The “why” of this panel has the queries.',
});

function BudgetChart({ detail }: { detail: SloDetail }) {
  const range = useMemo(() => ({ startMs: detail.startMs, endMs: detail.endMs }), [detail.startMs, detail.endMs]);
  return (
    <SloChart
      title="Budget left"
      model={detail.row.model}
      unit="ratio"
      set={detail.budget}
      nameOf={(labels: Labels) => labels.series ?? ''}
      window={range}
      yFromZero
      height={CHART_HEIGHT}
      rail
    />
  );
}

function BurnChart({ detail }: { detail: SloDetail }) {
  const range = useMemo(() => ({ startMs: detail.startMs, endMs: detail.endMs }), [detail.startMs, detail.endMs]);
  const alerting = detail.row.pairs.filter(({ silent }) => silent === null);
  return (
    <SloChart
      title="Burn rate"
      model={detail.row.model}
      unit="number"
      set={detail.burn}
      nameOf={(labels: Labels) => labels.window ?? ''}
      thresholds={alerting
        .slice(0, 1)
        .map(({ factor, severity }) => ({ value: factor, label: `${severity} over ${formatNumber(factor)}` }))}
      window={range}
      yFromZero
      height={CHART_HEIGHT}
      rail={false}
    />
  );
}

/** What is promised, by whom, how it stands, and what each pair of windows asks for; the PromQL beneath. */
function Definition({ row, expressions }: { row: SloRow; expressions: SloDetail['expressions'] }) {
  const { zone } = useZone();
  return (
    <div className="grid gap-2 text-small">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        <Term name="State">
          <StatusWord status={row.status} word={row.word} />
        </Term>
        {row.problem === null ? null : <Term name="Not measured">{row.problem}</Term>}
        {row.kept === null ? null : (
          <Term name="Known last">
            {row.kept.state}, {formatInstant(row.kept.atMs, zone)}; kept until 90 % of every window is measured again
          </Term>
        )}
        {row.total === null ? null : (
          <Term name="Counted">
            {formatCount(row.bad)} bad of {formatCount(row.total)} in {formatDuration(row.windowMs)}
          </Term>
        )}
        {row.leftRatio === null ? null : (
          <Term name="Budget">
            {formatRatioPercent(row.leftRatio)} left
            {row.endsInMs === null
              ? ', which lasts at the pace of the last 6 h'
              : row.endsInMs === 0
                ? ': spent'
                : `, gone in ${formatDuration(row.endsInMs)} at the pace of the last 6 h`}
          </Term>
        )}
        {row.completeUntilMs === null ? null : (
          <Term name="Labels complete up to">{formatInstant(row.completeUntilMs, zone)}</Term>
        )}
        <Term name="Owner">{row.owner ?? 'nobody named'}</Term>
        <Term name="Runbook">
          {row.runbook === null ? (
            'none; name one under models[].runbook'
          ) : (
            <a href={row.runbook} className="link break-all" target="_blank" rel="noopener noreferrer">
              {row.runbook}
            </a>
          )}
        </Term>
        <Term name="Model">
          <ViewLink to={modelPath(row.model)} className="link">
            {row.model}
          </ViewLink>
        </Term>
      </dl>
      <ul aria-label="Pairs of windows" className="grid gap-0.5 text-t2">
        {row.pairs.map((pair) => (
          <li key={pair.longMs}>
            <span className="font-medium text-t1">
              {formatDuration(pair.longMs)} and {formatDuration(pair.shortMs)}
            </span>
            : {pairSentence(pair)}
          </li>
        ))}
      </ul>
      {expressions.length === 0 ? null : (
        <details>
          <summary className="text-t2">PromQL of the error ratio, as the exported rules have it</summary>
          <ul className="mt-1 grid gap-1">
            {expressions.map(({ windowMs, query }) => (
              <li key={windowMs} className="min-w-0">
                <span className="text-t3">{formatDuration(windowMs)}</span>{' '}
                <code className="font-mono [overflow-wrap:anywhere]">{query}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Term({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-t3">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}
