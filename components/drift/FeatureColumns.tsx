import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { StatusIcon, StatusWord } from '@/components/ui/Status';
import type { Consequence, FeatureDrift } from '@/lib/contracts/drift';
import type { DriftState } from '@/lib/contracts/drift-state';
import { consequenceWords } from '@/lib/domain/drift-answer';
import { driftStatus } from '@/lib/domain/drift-verdict';
import { formatCount, formatNumber, formatPercentFigure, NOT_MEASURED } from '@/lib/domain/format';
import { DriftBar } from './DriftBar';
import { type HeatGrid, type HeatRow, HeatStrip } from './HeatStrip';

/** A feature with all that is known of it on the page. */
export interface FeatureLine {
  drift: FeatureDrift;
  heat: HeatRow | null;
  consequence: Consequence | undefined;
}

export interface FeatureColumn {
  id: string;
  header: string;
  /** Class of its width; empty takes what is left. On a phone the first three are in sight whole. */
  width: string;
  numeric?: boolean;
  /** What it sorts by; null is not measured and stands last. Absent: no sorting. */
  value?: (line: FeatureLine) => number | string | null;
  cell: (line: FeatureLine, grid: HeatGrid | null) => ReactNode;
}

/** States as a narrow column has them; the whole word is the cell's title. */
const STATE_WORD: Readonly<Record<DriftState, string>> = {
  drifted: 'drifted',
  watch: 'shifting',
  vanished: 'vanished',
  new: 'new',
  'not-comparable': 'not comparable',
  'not-enough-data': 'not enough data',
  'not-measured': 'not measured',
  stable: 'stable',
  'within-noise': 'within noise',
};

/** A dash for the eye, "not measured" for whoever asks. */
export const Dash = ({ why = NOT_MEASURED }: { why?: string }) => (
  <span className="text-t3" title={why}>
    <span aria-hidden>–</span>
    <span className="sr-only">{why}</span>
  </span>
);

/** Distances stand under each other on the decimal; what is smaller than three of them show is said to be. */
const distance = (value: number): string => (isTiny(value) ? '< 0.001' : value.toFixed(3));
const isTiny = (value: number): boolean => value > 0 && value < 0.0005;
const figure = (value: number | null): ReactNode =>
  value === null ? <Dash /> : <span title={formatNumber(value)}>{distance(value)}</span>;

/** PSI as computed here, else as a score that is one says. */
const psiOf = ({ psi, kind, score, state }: FeatureDrift): number | null =>
  psi ?? (kind === 'score' && state !== 'not-measured' ? (score?.value ?? null) : null);

/** The test that fits a feature: KS of numbers, chi-square of categories, each with its p. */
function testOf({ ks, chiSquare, kind }: FeatureDrift): { text: string; title: string; p: number } | null {
  if (kind !== 'categorical' && ks !== null) {
    const text = `D ${distance(ks.statistic)}`;
    return {
      text,
      p: ks.pValue,
      title: `Kolmogorov–Smirnov on the bins: D at least ${formatNumber(ks.statistic)}, at most ${formatNumber(ks.atMost)}, p ${pText(ks.pValue)}`,
    };
  }
  if (chiSquare === null) return null;
  return {
    text: `χ² ${formatNumber(chiSquare.statistic, 2)}`,
    p: chiSquare.pValue,
    title: `chi-square, ${chiSquare.degreesOfFreedom} ${chiSquare.degreesOfFreedom === 1 ? 'degree' : 'degrees'} of freedom, p ${pText(chiSquare.pValue)}`,
  };
}

/** A p as people write it. */
export const pText = (p: number | null): string =>
  p === null ? NOT_MEASURED : p < 0.001 ? 'under 0.001' : formatNumber(p, 2);

function missingCell({ missing }: FeatureDrift): ReactNode {
  const { current, reference, state, referenceOwn = 'reference' } = missing;
  if (current === null) return <Dash />;
  const title = `${formatPercentFigure(current.rate)} % of ${formatCount(Math.round(current.observed))}, 95 % interval ${formatPercentFigure(current.interval.low)} to ${formatPercentFigure(current.interval.high)} %; ${reference === null ? 'the reference has no rate' : `${referenceOwn} ${formatPercentFigure(reference.rate)} %`}`;
  return (
    <span title={title} className={clsx(state === 'risen' && 'font-medium text-watch')}>
      {state === 'risen' ? '↑ ' : state === 'fallen' ? '↓ ' : ''}
      {formatPercentFigure(current.rate)}
    </span>
  );
}

function unseenCell({ kind, unseen, unseenMore, gone, goneMore }: FeatureDrift): ReactNode {
  if (kind !== 'categorical') return <span className="text-t3">·</span>;
  const count = unseen.length + unseenMore;
  const names = unseen.map(({ name }) => name).join(', ');
  const lost = gone.length + goneMore;
  return (
    <span
      title={`${count === 0 ? 'none unseen' : `unseen: ${names}`}${lost === 0 ? '' : `; gone: ${gone.map(({ name }) => name).join(', ')}`}`}
    >
      {count}
      {lost > 0 ? <span className="text-t3"> −{lost}</span> : null}
    </span>
  );
}

function effectCell({ consequence }: FeatureLine): ReactNode {
  if (consequence === undefined) return <Dash why="its effect on the score is not known" />;
  const { value, how } = consequence;
  const size = Math.abs(value);
  const sign = value === 0 || isTiny(size) ? '' : value > 0 ? '+' : '−';
  const text = how === 'windows' ? `ρ ${formatNumber(value, 2)}` : `${sign}${distance(size)}`;
  return <span title={consequenceWords(consequence) ?? undefined}>{text}</span>;
}

/** Columns of the table of features, the state first. */
export const FEATURE_COLUMNS: readonly FeatureColumn[] = [
  {
    id: 'state',
    header: 'State',
    width: 'w-30 max-sm:w-12',
    value: ({ drift }) => STATE_WORD[drift.state],
    cell: ({ drift }) => (
      <span title={drift.word}>
        <span className="max-sm:hidden">
          <StatusWord status={driftStatus(drift.state)} word={STATE_WORD[drift.state]} />
        </span>
        <span className="sm:hidden">
          <StatusIcon status={driftStatus(drift.state)} label={STATE_WORD[drift.state]} />
        </span>
      </span>
    ),
  },
  {
    id: 'feature',
    header: 'Feature',
    width: 'max-sm:w-33',
    value: ({ drift }) => drift.feature,
    cell: ({ drift }) => (
      <span className="font-medium text-t1" title={drift.feature}>
        {drift.feature}
      </span>
    ),
  },
  {
    id: 'since',
    header: 'Over time',
    width: 'w-39',
    value: ({ heat }) => heat?.began?.sinceMs ?? null,
    cell: ({ heat }, grid) => (heat === null || grid === null ? <Dash /> : <HeatStrip row={heat} grid={grid} />),
  },
  {
    id: 'bar',
    header: 'PSI over its noise',
    width: 'w-29',
    cell: ({ drift }) => {
      const psi = psiOf(drift);
      return psi === null ? <Dash /> : <DriftBar psi={psi} noiseLimit={drift.noiseLimit} state={drift.state} />;
    },
  },
  {
    id: 'psi',
    header: 'PSI',
    width: 'w-18',
    numeric: true,
    value: ({ drift }) => drift.psi ?? drift.score?.value ?? null,
    cell: ({ drift: { psi, score, definition } }) => (
      <span title={definition}>{psi === null && score !== null ? distance(score.value) : figure(psi)}</span>
    ),
  },
  {
    id: 'js',
    header: 'JS',
    width: 'w-16',
    numeric: true,
    value: ({ drift }) => drift.jensenShannon,
    cell: ({ drift }) => figure(drift.jensenShannon),
  },
  {
    id: 'test',
    header: 'KS or χ²',
    width: 'w-20',
    numeric: true,
    value: ({ drift }) => testOf(drift)?.p ?? null,
    cell: ({ drift }) => {
      const test = testOf(drift);
      return test === null ? <Dash /> : <span title={test.title}>{test.text}</span>;
    },
  },
  {
    id: 'n',
    header: 'n',
    width: 'w-18',
    numeric: true,
    value: ({ drift }) => drift.n.current,
    cell: ({ drift: { n } }) => (
      <span title={`${formatCount(Math.round(n.reference ?? 0))} of the reference`}>
        {n.current === null ? <Dash /> : formatCount(Math.round(n.current))}
      </span>
    ),
  },
  {
    id: 'missing',
    header: 'Missing %',
    width: 'w-21',
    numeric: true,
    value: ({ drift }) => drift.missing.current?.rate ?? null,
    cell: ({ drift }) => missingCell(drift),
  },
  {
    id: 'unseen',
    header: 'Unseen',
    width: 'w-17',
    numeric: true,
    value: ({ drift }) => drift.unseen.length + drift.unseenMore,
    cell: ({ drift }) => unseenCell(drift),
  },
  {
    id: 'effect',
    header: 'Score effect',
    width: 'w-23',
    numeric: true,
    value: ({ consequence }) => (consequence === undefined ? null : Math.abs(consequence.value)),
    cell: effectCell,
  },
];
