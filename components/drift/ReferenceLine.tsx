'use client';

import { Select } from '@/components/ui/Field';
import type { DriftReport } from '@/lib/contracts/drift';
import { formatCount } from '@/lib/domain/format';
import type { DriftAddress } from './use-drift';

const KIND_NAME = {
  auto: 'first available',
  upload: 'uploaded reference',
  training: 'training baseline in the metrics',
  earlier: 'the 24 h before',
  version: 'another version',
} as const;

const SOURCE_NAME = {
  auto: 'first available',
  metrics: 'histograms and counters',
  logs: 'prediction logs',
  scores: 'scores computed elsewhere',
} as const;

/** What is looked at and what it is held against, always said, and how to choose another. */
export function ReferenceLine({ report, asked }: { report: DriftReport | undefined; asked: DriftAddress }) {
  const { params, set } = asked;
  const versions = report?.versions ?? [];
  const choices = report?.reference.choices ?? [];
  const others = versions.filter(({ version }) => version !== report?.version);
  const against = params.against ?? 'auto';
  const lackOf = (kind: string) => choices.find((choice) => choice.kind === kind)?.lack ?? null;
  return (
    <section aria-label="What is compared" className="grid gap-1.5">
      <div className="flex flex-wrap items-end gap-x-3 gap-y-1.5" data-noprint>
        <Pick
          label="Version"
          value={params.version ?? ''}
          onChange={(version) => set({ version: version === '' ? null : version })}
          choices={[
            { value: '', name: report?.version == null ? 'first available' : `${report.version} (in force)` },
            ...versions.map(({ version, role }) => ({
              value: version,
              name: role === 'other' ? version : `${version}, ${role}`,
            })),
          ]}
        />
        <Pick
          label="Against"
          value={against}
          onChange={(kind) => set({ with: kind === 'auto' ? null : kind, withVersion: null })}
          choices={(['auto', 'upload', 'training', 'earlier', 'version'] as const).map((kind) => ({
            value: kind,
            name: `${KIND_NAME[kind]}${lackOf(kind) === null ? '' : ' (none)'}`,
          }))}
        />
        {against === 'version' && others.length > 0 ? (
          <Pick
            label="Which version"
            value={params.againstVersion ?? ''}
            onChange={(version) => set({ withVersion: version === '' ? null : version })}
            choices={[
              { value: '', name: 'champion, or the other' },
              ...others.map(({ version }) => ({ value: version, name: version })),
            ]}
          />
        ) : null}
        <Pick
          label="Read from"
          value={params.source ?? 'auto'}
          onChange={(source) => set({ source: source === 'auto' ? null : source })}
          choices={(['auto', 'metrics', 'logs', 'scores'] as const).map((source) => ({
            value: source,
            name: SOURCE_NAME[source],
          }))}
        />
      </div>
      {report === undefined ? null : <Said report={report} />}
    </section>
  );
}

function Pick({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: string;
  choices: readonly { value: string; name: string }[];
  onChange: (value: string) => void;
}) {
  // A value of the address that is no choice any more is still what is asked.
  const known = choices.some((choice) => choice.value === value) ? choices : [...choices, { value, name: value }];
  return (
    <div className="max-w-60 min-w-36 max-sm:flex-1">
      <Select label={label} value={value} choices={known} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

function Said({ report: { version, reference, current, truncated } }: { report: DriftReport }) {
  const { sample } = current;
  return (
    <p className="text-small text-t2">
      <span className="text-t1">{version ?? 'no version'}</span> against{' '}
      <span className="text-t1">{reference.words}</span> ({reference.because}). Read from {current.words} (
      {current.because}
      {sample === null
        ? ''
        : `; ${formatCount(sample.read)}${sample.of === null ? '' : ` of ${formatCount(sample.of)}`} lines${sample.words === undefined ? '' : `: ${sample.words}`}`}
      ).{truncated === null ? '' : ` ${truncated}`}
    </p>
  );
}
