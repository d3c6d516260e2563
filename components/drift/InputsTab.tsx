'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ChangeRail } from '@/components/charts/ChangeRail';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { useEvents } from '@/components/shell/use-events';
import { ViewLink } from '@/components/shell/ViewLink';
import { Choice } from '@/components/ui/Choice';
import { Input } from '@/components/ui/Field';
import { useFrozen } from '@/components/ui/frozen';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import type { Consequence, DriftHeat, DriftReport } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { rowOrder } from '@/lib/domain/drift-rank';
import { isCalled } from '@/lib/domain/drift-verdict';
import { formatDuration, formatRange } from '@/lib/domain/format';
import type { ApiError } from '@/lib/queries/api';
import { DeepLogsLine } from './DeepLogsLine';
import { useConsequences } from './DriftSentences';
import type { FeatureLine } from './FeatureColumns';
import { FeatureDetail } from './FeatureDetail';
import { FeatureTable } from './FeatureTable';
import { FeatureWords } from './FeatureWords';
import { useDeepLogs } from './use-deep-logs';
import { type DriftAddress, SPANS, type Span } from './use-drift';

const HEIGHT = 200;

const isSpan = (text: string): text is Span => Object.hasOwn(SPANS, text);
const SPAN_CHOICES = Object.keys(SPANS)
  .filter(isSpan)
  .map((value) => ({ value, label: value.replace(/(\d+)/, '$1 ') }));
const SHOW = [
  { value: 'all', label: 'All' },
  { value: 'moved', label: 'Moved' },
] as const;

/** Every feature with its drift now and over time; the one opened in full beneath. */
export function InputsTab({
  report,
  heat,
  asked,
}: {
  report: UseQueryResult<DriftReport, ApiError>;
  heat: UseQueryResult<DriftHeat, ApiError>;
  asked: DriftAddress;
}) {
  const isFrozen = useFrozen() !== null;
  const { feature, set, over, params, overTime } = asked;
  const deep = useDeepLogs();
  const deepReport = deep.state.kind === 'done' && isSameQuestion(deep.state.asked, params) ? deep.state.report : null;
  const { byFeature, query: effects } = useConsequences(report.data, params);
  const why = [...(report.data?.why ?? []), ...(heat.data?.why ?? []), ...(effects.data?.why ?? [])];
  return (
    <>
      <Panel
        title="Features"
        definition={<Definition heat={heat} effects={effects.data?.words ?? null} />}
        why={why}
        height={HEIGHT}
        actions={
          <Choice
            label="Time of the strip"
            options={SPAN_CHOICES}
            value={over}
            onChange={(next) => set({ over: next === '24h' ? null : next })}
          />
        }
      >
        <QueryState
          query={report}
          height={HEIGHT}
          diagnosis={({ features, missing }) =>
            features.length > 0
              ? null
              : {
                  what: 'No feature is measured in this range.',
                  why: missing.map(({ reason }) => reason).join(' ') || 'Neither the metrics nor the logs hold one.',
                  action: (
                    <ViewLink to="/settings/sources" className="link">
                      What the sources hold
                    </ViewLink>
                  ),
                }
          }
        >
          {(data) => (
            <div className="grid gap-2">
              {data.current.source === 'logs' && !isFrozen ? (
                <DeepLogsLine deep={deep} params={params} shown={deepReport} />
              ) : null}
              <Features report={deepReport ?? data} heat={heat.data} asked={asked} effects={byFeature} />
            </div>
          )}
        </QueryState>
      </Panel>
      {feature === null ? null : (
        <FeatureDetail feature={feature} params={params} overTime={overTime} onClose={() => set({ feature: null })} />
      )}
    </>
  );
}

/** Whether two questions differ in their time at most: a live page moves on while the lines of a minute ago are shown. */
function isSameQuestion(asked: DriftAsked, params: DriftAsked): boolean {
  const without = ({ startMs, endMs, ...rest }: DriftAsked) => JSON.stringify(rest, Object.keys(rest).sort());
  return without(asked) === without(params);
}

function Definition({ heat, effects }: { heat: UseQueryResult<DriftHeat, ApiError>; effects: string | null }) {
  const { zone } = useZone();
  const isFrozen = useFrozen() !== null;
  const { data, error } = heat;
  const strip =
    data === undefined
      ? error === null
        ? 'over time: loading'
        : `over time: ${isFrozen ? 'not kept in this copy' : error.message}`
      : `over time: ${formatRange(data.startMs, data.startMs + data.windows * data.windowMs, zone)}, windows of ${formatDuration(data.windowMs)}`;
  return (
    <>
      {strip}
      {effects === null ? '' : ` · score effect: ${effects}`}
    </>
  );
}

function Features({
  report,
  heat,
  asked: { find, show, feature, set },
  effects,
}: {
  report: DriftReport;
  heat: DriftHeat | undefined;
  asked: DriftAddress;
  effects: ReadonlyMap<string, Consequence>;
}) {
  const { events } = useEvents();
  const { zone } = useZone();
  const theme = useChartTheme();
  const lines = useMemo(() => {
    const strips = new Map(heat?.rows.map((row) => [row.feature, row]));
    return report.features.toSorted(rowOrder(effects)).map(
      (drift): FeatureLine => ({
        drift,
        heat: strips.get(drift.feature) ?? null,
        consequence: effects.get(drift.feature),
      }),
    );
  }, [report, heat, effects]);
  const text = find.trim().toLowerCase();
  const shown = useMemo(
    () =>
      lines.filter(
        ({ drift }) =>
          (text === '' || drift.feature.toLowerCase().includes(text)) &&
          (show === 'all' ||
            isCalled(drift.state) ||
            drift.state === 'vanished' ||
            drift.state === 'new' ||
            drift.missing.state === 'risen'),
      ),
    [lines, text, show],
  );
  const grid = useMemo(
    () =>
      heat === undefined
        ? null
        : { startMs: heat.startMs, windowMs: heat.windowMs, windows: heat.windows, theme, zone },
    [heat, theme, zone],
  );
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-end gap-3" data-noprint>
        <div className="w-52">
          <Input label="Find a feature" value={find} onChange={(event) => set({ find: event.target.value })} />
        </div>
        <Choice
          label="Which features"
          options={SHOW}
          value={show}
          onChange={(next) => set({ show: next === 'all' ? null : next })}
        />
        <p className="pb-1 text-small text-t3" role="status">
          {shown.length === lines.length ? `${lines.length} features` : `${shown.length} of ${lines.length} features`}
        </p>
      </div>
      {shown.length === 0 ? (
        <p className="text-t2">
          {text === ''
            ? 'No feature moved beyond noise.'
            : `No feature’s name holds “${find.trim()}”${show === 'moved' ? ' among those that moved' : ''}.`}
        </p>
      ) : (
        <FeatureTable
          label="Features"
          lines={shown}
          grid={grid}
          open={feature}
          onOpen={(next) => set({ feature: next }, { replace: false })}
        />
      )}
      <FeatureWords />
      <ChangeRail events={events} />
    </div>
  );
}
