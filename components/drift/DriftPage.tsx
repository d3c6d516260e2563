'use client';

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { ChooseModel } from '@/components/shell/ChooseModel';
import { useView } from '@/components/shell/use-view';
import { Choice } from '@/components/ui/Choice';
import { useFrozen } from '@/components/ui/frozen';
import { PinContext, pinOf } from '@/components/ui/pin';
import { QueryState } from '@/components/ui/QueryState';
import { Skeleton } from '@/components/ui/Skeleton';
import type { DriftHeat, DriftReport } from '@/lib/contracts/drift';
import { DRIFT_BESIDE } from '@/lib/contracts/evidence-kinds';
import type { Quality } from '@/lib/contracts/quality';
import type { ApiError } from '@/lib/queries/api';
import { driftHeatQuery, driftQuery, qualityQuery } from '@/lib/queries/drift';
import { DriftSentences } from './DriftSentences';
import { InputsTab } from './InputsTab';
import { ReferenceLine } from './ReferenceLine';
import { type DriftAddress, HEAT_WINDOWS, QUALITY_WINDOWS, type Tab, useDriftAddress } from './use-drift';

const Waiting = () => <Skeleton height={320} />;
// Loaded when first opened: most readings end at the inputs.
const OutputTab = dynamic(() => import('./OutputTab').then((file) => file.OutputTab), { ssr: false, loading: Waiting });
const ArmsTab = dynamic(() => import('./ArmsTab').then((file) => file.ArmsTab), { ssr: false, loading: Waiting });
const QualityTab = dynamic(() => import('./QualityTab').then((file) => file.QualityTab), {
  ssr: false,
  loading: Waiting,
});
const ReferencesTab = dynamic(() => import('./ReferencesTab').then((file) => file.ReferencesTab), {
  ssr: false,
  loading: Waiting,
});
const DriftFleet = dynamic(() => import('./DriftFleet').then((file) => file.DriftFleet), {
  ssr: false,
  loading: Waiting,
});
const AlertsTab = dynamic(() => import('./AlertsTab').then((file) => file.AlertsTab), { ssr: false, loading: Waiting });

/** Is the model still looking at the world it was trained on, and how well does it do in it? */
export function DriftPage() {
  const { view } = useView();
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="truncate font-semibold text-title">
        Drift & quality{view.model === undefined ? '' : ` of ${view.model}`}
      </h1>
      {view.model === undefined ? <DriftFleet /> : <Drift key={view.model} model={view.model} />}
    </div>
  );
}

const TAB_NAMES: readonly { value: Tab; label: string }[] = [
  { value: 'inputs', label: 'Inputs' },
  { value: 'output', label: 'Scores and labels' },
  { value: 'arms', label: 'Between versions' },
  { value: 'quality', label: 'Quality' },
  { value: 'references', label: 'References' },
  { value: 'alerts', label: 'Alert rules' },
];

/** What is about the console as it is now, not about what was seen. */
const LIVE_TABS: ReadonlySet<Tab> = new Set(['references', 'alerts']);

/** Everything of one model's drift; drawn as well from a frozen copy. */
export function Drift({ model }: { model: string }) {
  const asked = useDriftAddress(model);
  const { params, overTime, labelTime, tab, set } = asked;
  const isFrozen = useFrozen() !== null;
  const question = driftQuery(params);
  const report = useQuery(question);
  const heat = useQuery(driftHeatQuery({ ...params, ...overTime, windows: HEAT_WINDOWS }));
  const quality = useQuery(qualityQuery({ model, version: params.version, ...labelTime, windows: QUALITY_WINDOWS }));
  // Of a name that nothing carries every panel would say the same.
  if (report.data === undefined && (report.error?.code === 'not_found' || report.error?.code === 'bad_request')) {
    return (
      <div className="grid gap-3">
        <QueryState query={report}>{() => null}</QueryState>
        <ChooseModel page="/drift" />
      </div>
    );
  }
  return (
    <div className="grid grid-cols-1 gap-3">
      <DriftSentences report={report} heat={heat.data} quality={quality} params={params} />
      <ReferenceLine report={report.data} asked={asked} />
      <div className="flex max-w-full overflow-x-auto p-0.5" data-noprint>
        <Choice
          label="What is shown"
          options={isFrozen ? TAB_NAMES.filter(({ value }) => !LIVE_TABS.has(value)) : TAB_NAMES}
          value={tab}
          onChange={(next) => set({ tab: next === 'inputs' ? null : next }, { replace: false })}
        />
      </div>
      <PinContext value={{ ...pinOf('drift', question), beside: DRIFT_BESIDE }}>
        <Shown
          tab={isFrozen && LIVE_TABS.has(tab) ? 'inputs' : tab}
          model={model}
          asked={asked}
          report={report}
          heat={heat}
          quality={quality}
        />
      </PinContext>
    </div>
  );
}

interface ShownProps {
  tab: Tab;
  model: string;
  asked: DriftAddress;
  report: UseQueryResult<DriftReport, ApiError>;
  heat: UseQueryResult<DriftHeat, ApiError>;
  quality: UseQueryResult<Quality, ApiError>;
}

function Shown({ tab, model, asked, report, heat, quality }: ShownProps) {
  switch (tab) {
    case 'output':
      return <OutputTab params={asked.params} />;
    case 'arms':
      return <ArmsTab model={model} range={asked.range} />;
    case 'quality':
      return <QualityTab quality={quality} asked={asked} />;
    case 'references':
      return <ReferencesTab model={model} versions={report.data?.versions ?? []} />;
    case 'alerts':
      return <AlertsTab model={model} />;
    default:
      return <InputsTab report={report} heat={heat} asked={asked} />;
  }
}
