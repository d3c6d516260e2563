import { StatusWord } from '@/components/ui/Status';
import type { FeatureDrift } from '@/lib/contracts/drift';
import { driftStatus } from '@/lib/domain/drift-verdict';
import { formatCount, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { DriftBar } from './DriftBar';
import { pText } from './FeatureColumns';

/** Every measure of one feature with what it is, and its definition line. */
export function FeatureFacts({ drift }: { drift: FeatureDrift }) {
  const { ks, wasserstein, chiSquare, missing, score } = drift;
  const facts: (readonly [string, string])[] = [
    [
      'PSI',
      `${formatNumber(drift.psi)}${drift.noiseLimit === null ? '' : `, sampling alone ${formatNumber(drift.expectedPsi)} on average, under ${formatNumber(drift.noiseLimit)} in 99 of 100 windows`}`,
    ],
    ...shown('Jensen–Shannon', drift.jensenShannon, (value) => `${formatNumber(value)} (distance, base 2)`),
    ...shown('Hellinger', drift.hellinger, formatNumber),
    ...shown(
      'Total variation',
      drift.totalVariation,
      (value) => `${formatRatioPercent(value)} of the mass would have to move`,
    ),
    ...(ks === null
      ? []
      : [
          [
            'Kolmogorov–Smirnov',
            `D from ${formatNumber(ks.statistic)} at the bounds to at most ${formatNumber(ks.atMost)} between them, p ${pText(ks.pValue)}`,
          ] as const,
        ]),
    ...(chiSquare === null
      ? []
      : [
          [
            'Chi-square',
            `${formatNumber(chiSquare.statistic)}, ${chiSquare.degreesOfFreedom} ${chiSquare.degreesOfFreedom === 1 ? 'degree' : 'degrees'} of freedom, p ${pText(chiSquare.pValue)}`,
          ] as const,
        ]),
    ...shown('p over all features', drift.qValue, (q) => `${pText(q)} (Benjamini–Hochberg)`),
    ...(wasserstein === null
      ? []
      : [
          [
            'Wasserstein',
            `${wasserstein.atLeast ? 'at least ' : ''}${formatNumber(wasserstein.value)} standard deviations of the reference`,
          ] as const,
        ]),
    ...(score === null
      ? []
      : [['Computed elsewhere', `${formatNumber(score.value)} (${score.method || 'method not said'})`] as const]),
    ['Values', `${countText(drift.n.reference)} of the reference, ${countText(drift.n.current)} now`],
    ['Missing', missingText(missing)],
    ...(drift.kind === 'categorical'
      ? [
          ['Unseen', namesText(drift.unseen, drift.unseenMore)] as const,
          ['Gone', namesText(drift.gone, drift.goneMore)] as const,
        ]
      : []),
  ];
  return (
    <div className="grid content-start gap-2">
      <p className="flex flex-wrap items-center gap-3">
        <StatusWord status={driftStatus(drift.state)} word={drift.word} />
        <DriftBar psi={drift.psi} noiseLimit={drift.noiseLimit} state={drift.state} />
      </p>
      <dl className="grid grid-cols-[132px_1fr] gap-x-3 gap-y-0.5 text-small">
        {facts.map(([name, text]) => (
          <div key={name} className="contents">
            <dt className="text-t3">{name}</dt>
            <dd className="text-t1 [overflow-wrap:anywhere]">{text}</dd>
          </div>
        ))}
      </dl>
      <p className="text-small text-t3 [overflow-wrap:anywhere]">
        {drift.definition}
        {drift.referenceOwn === null ? '' : ` · its reference is ${drift.referenceOwn}`}
      </p>
      {drift.notes.map((note) => (
        <p key={note} className="text-small text-t2">
          {note}
        </p>
      ))}
    </div>
  );
}

/** A measure as a line; one that was not taken has none. */
const shown = (
  name: string,
  value: number | null,
  words: (value: number) => string,
): readonly (readonly [string, string])[] => (value === null ? [] : [[name, words(value)]]);

const countText = (count: number | null): string => (count === null ? 'not measured' : formatCount(Math.floor(count)));

function missingText({ current, reference, difference, state, referenceOwn }: FeatureDrift['missing']): string {
  if (current === null) return 'not measured';
  const range = `(95 % interval ${formatRatioPercent(current.interval.low)} to ${formatRatioPercent(current.interval.high)})`;
  if (reference === null || difference === null)
    return `${formatRatioPercent(current.rate)} ${range}, the reference has no rate`;
  return `${formatRatioPercent(current.rate)} ${range}, ${formatRatioPercent(reference.rate)} in ${referenceOwn ?? 'the reference'}: ${state === 'risen' ? 'risen' : state === 'fallen' ? 'fallen' : 'no notable change'}`;
}

function namesText(names: readonly { name: string; share: number }[], more: number): string {
  if (names.length === 0) return 'none';
  const list = names.map(({ name, share }) => `${name} (${formatRatioPercent(share)})`).join(', ');
  return more > 0 ? `${list} and ${more} more` : list;
}
