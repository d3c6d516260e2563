'use client';

import { useOpen } from '@/components/shell/use-open';
import { ViewLink } from '@/components/shell/ViewLink';
import { modelPath } from '@/components/shell/view-address';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { RoleMark } from '@/components/ui/RoleMark';
import { Sparkline } from '@/components/ui/Sparkline';
import { StatusWord } from '@/components/ui/Status';
import type { ModelRow, Quantile, VersionRow, Vitals } from '@/lib/contracts/fleet';
import { formatCount, formatDuration, formatRatioPercent } from '@/lib/domain/format';
import { BudgetCell, ErrorCell, NotMeasured, QuantileCell, RateCell } from './FleetCells';

/** A model, or one of its versions beneath it. `model` is null on a version's line: it has no change, budget or labels. */
interface FleetLine {
  id: string;
  name: string;
  vitals: Vitals;
  model: ModelRow | null;
  version: VersionRow | null;
}

const modelLine = (row: ModelRow): FleetLine => ({
  id: row.model,
  name: row.model,
  vitals: row,
  model: row,
  version: null,
});

/** A model with one version says it beside its name; more versions have lines of their own. */
const versionLines = ({ model }: FleetLine): FleetLine[] =>
  model === null || model.versions.length < 2
    ? []
    : model.versions.map((version) => ({
        id: `${model.model}\u0000${version.version}`,
        name: model.model,
        vitals: version,
        model: null,
        version,
      }));

function NameCell({ line }: { line: FleetLine }) {
  const { name, model, version } = line;
  if (version !== null) {
    return (
      <>
        <RoleMark role={version.role} />{' '}
        <ViewLink to={modelPath(name)} patch={{ versions: [version.version] }} className="hover:underline">
          {version.version}
        </ViewLink>{' '}
        <span className="text-t3">
          {version.role === 'other' ? '' : version.role}{' '}
          {version.share === null ? '' : formatRatioPercent(version.share)}
        </span>
      </>
    );
  }
  const only = model?.versions.length === 1 ? model.versions[0] : undefined;
  return (
    <>
      <ViewLink to={modelPath(name)} className="font-semibold text-t1 hover:underline">
        {name}
      </ViewLink>
      {only === undefined ? null : <span className="text-t3"> {only.version}</span>}
    </>
  );
}

const quantileColumn = (id: 'p50' | 'p95' | 'p99'): Column<FleetLine> => ({
  id,
  header: `${id.toUpperCase()} ms`,
  numeric: true,
  value: ({ vitals }) => quantileOf(vitals, id).ms,
  cell: ({ vitals, model }) => <QuantileCell quantile={quantileOf(vitals, id)} change={model?.change[id]} />,
});

const quantileOf = (vitals: Vitals, id: 'p50' | 'p95' | 'p99'): Quantile => vitals[id];

const COLUMNS: readonly Column<FleetLine>[] = [
  {
    id: 'state',
    header: 'State',
    cell: ({ model, version }) => {
      const state = model ?? version;
      return state === null ? null : (
        <span title={state.word}>
          <StatusWord isCut status={state.status} word={state.word} />
        </span>
      );
    },
    className: 'max-w-36 truncate sm:max-w-52',
  },
  {
    id: 'model',
    header: 'Model and version',
    value: ({ name, version }) => (version === null ? name : `${name} ${version.version}`),
    cell: (line) => <NameCell line={line} />,
    className: 'max-w-72 truncate',
  },
  {
    id: 'requests',
    header: 'Requests /s',
    numeric: true,
    value: ({ vitals }) => vitals.requestsPerSecond,
    cell: ({ vitals, model }) => <RateCell value={vitals.requestsPerSecond} change={model?.change.requests} />,
  },
  {
    id: 'errors',
    header: 'Errors %',
    numeric: true,
    value: ({ vitals }) => vitals.errorRatio,
    cell: ({ vitals, model }) => <ErrorCell ratio={vitals.errorRatio} change={model?.change.errorRatio} />,
  },
  quantileColumn('p50'),
  quantileColumn('p95'),
  quantileColumn('p99'),
  {
    id: 'spark',
    header: 'P95 trend',
    cell: ({ model }) => (model === null ? null : <Sparkline values={model.p95Spark} unit="ms" />),
  },
  {
    id: 'budget',
    header: 'Budget left',
    value: ({ model }) => model?.budget.leftRatio ?? null,
    cell: ({ model }) =>
      model === null ? null : model.budget.objective === null ? (
        <BudgetCell budget={model.budget} />
      ) : (
        <ViewLink to="/slos" patch={{ model: model.model }} className="hover:underline">
          <BudgetCell budget={model.budget} />
          <span className="sr-only"> of {model.model}: its objectives</span>
        </ViewLink>
      ),
  },
  {
    id: 'inputs',
    header: 'Inputs',
    cell: ({ model }) =>
      model === null ? null : (
        <ViewLink
          to="/drift"
          patch={{ model: model.model }}
          className="rounded-sm hover:underline"
          title={model.inputs.basis}
        >
          <StatusWord status={model.inputs.status} word={model.inputs.word} />
        </ViewLink>
      ),
  },
  {
    id: 'alerts',
    header: 'Alerts',
    numeric: true,
    value: ({ model }) => model?.firingAlerts ?? null,
    cell: ({ model }) =>
      model === null ? null : model.firingAlerts === null ? <NotMeasured /> : formatCount(model.firingAlerts),
  },
  {
    id: 'labels',
    header: 'Labels',
    numeric: true,
    value: ({ model }) => model?.labelAgeMs ?? null,
    cell: ({ model }) =>
      model === null ? null : model.labelAgeMs === null ? <NotMeasured /> : formatDuration(model.labelAgeMs),
  },
];

/** Models with their versions beneath, in the order of what needs a person most until a column is chosen. */
export function FleetTable({ rows }: { rows: readonly ModelRow[] }) {
  const open = useOpen();
  return (
    <DataTable
      label="Fleet"
      rows={rows.map(modelLine)}
      columns={COLUMNS}
      rowId={(line) => line.id}
      subRows={versionLines}
      onOpen={({ name, version }) => open(modelPath(name), version === null ? {} : { versions: [version.version] })}
    />
  );
}
