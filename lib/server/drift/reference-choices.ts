import 'server-only';
import type { DriftParams, ReferenceKind } from '@/lib/contracts/drift-params';
import { DAY_MS } from '@/lib/domain/time';
import { featureCount, labelOf, valueCount } from '../prometheus/drift-queries';
import { regexAnyOf } from '../prometheus/promql';
import { findBaseline } from './baseline-store';
import type { DriftPanel } from './open';

/** One series of each histogram: a tenth of them. */
const ONE_EACH = { label: 'le', op: '=~' as const, value: '[+]Inf' };

export type ReferenceAsked = Pick<DriftParams, 'against' | 'againstVersion' | 'againstStartMs' | 'againstEndMs'> & {
  /** Null: every feature. */
  feature: string | null;
  /** Where the current side is read: an earlier time or another version is read there too. */
  source: 'metrics' | 'logs';
};

type Choice = { kind: ReferenceKind; words: string; lack: string | null };

export interface ReferenceChoices {
  /** In the order of preference; `lack` says why one is not there, null where it is. */
  choices: Choice[];
  uploaded: Awaited<ReturnType<typeof findBaseline>>;
  earlier: { startMs: number; endMs: number };
  /** Null: no other version had traffic. */
  other: string | null;
}

/** What the earlier time is called where none was asked for. */
export const DAY_BEFORE = 'the 24 h before';

/** The earlier time that a range is held against: the one asked for, else the 24 h before it. */
export const earlierOf = ({
  startMs,
  againstStartMs = Math.max(0, startMs - DAY_MS),
  againstEndMs = startMs,
}: Pick<DriftParams, 'startMs' | 'againstStartMs' | 'againstEndMs'>) => ({
  startMs: againstStartMs,
  endMs: againstEndMs,
});

/** What there is to hold the current side against. */
export async function referenceChoices(drift: DriftPanel, asked: ReferenceAsked): Promise<ReferenceChoices> {
  const { panel, model, version, startMs, endMs, signal } = drift;
  const { gather, telemetry } = panel;
  const { prometheus, map } = telemetry;
  const { featureBaseline, featureValue, featureCategory } = map.contract;
  const earlier = earlierOf({ ...asked, startMs });
  const own = { model, version };
  const trained = { model, version: null, ...trainedOf(drift) };
  const count = (query: string, atMs: number) => prometheus.instant(query, atMs, signal);
  const [uploaded, trainedCount, valuesThen, categoriesThen] = await Promise.all([
    gather.part('uploaded baselines', () => findBaseline(own)),
    gather.take(
      'whether there is a training baseline',
      count(featureCount(featureBaseline, { ...trained, only: [...trained.only, ONE_EACH] }), endMs),
    ),
    gather.take('whether there were inputs before', count(valueCount(featureValue, own), earlier.endMs)),
    gather.take('whether there were categories before', count(featureCount(featureCategory, own), earlier.endMs)),
  ]);
  const others = panel.versions.map((one) => one.version).filter((name) => name !== version);
  const other = asked.againstVersion ?? others[0] ?? null;
  const had = (answer: typeof valuesThen): boolean => (answer?.[0]?.value ?? 0) > 0;
  const called = version ?? model;
  const choices: Choice[] = [
    {
      kind: 'upload',
      words:
        uploaded === null
          ? 'uploaded baseline'
          : `baseline of ${uploaded.baseline.version ?? 'every version'}, uploaded by ${uploaded.baseline.author.name} on ${dayOf(uploaded.baseline.createdAtMs)}, sha ${uploaded.baseline.sha256.slice(0, 8)}`,
      lack:
        uploaded === null
          ? `Nobody uploaded one for ${called}: npx windsock baseline push FILE --model ${model}.`
          : null,
    },
    {
      kind: 'training',
      words: `the training baseline of ${called}`,
      lack: had(trainedCount) ? null : `The Prometheus holds no ${featureBaseline.metric} of ${called}.`,
    },
    {
      kind: 'earlier',
      words: asked.againstStartMs === undefined ? DAY_BEFORE : `${timeOf(earlier.startMs)} to ${timeOf(earlier.endMs)}`,
      // What only logs tell is known once they are read.
      lack:
        had(valuesThen) || had(categoriesThen) || asked.source === 'logs'
          ? null
          : `${called} had no inputs before ${timeOf(earlier.endMs)}.`,
    },
    {
      kind: 'version',
      words: other === null ? 'another version' : `${other} in the same time`,
      lack: other === null ? 'No other version had traffic in the range.' : null,
    },
  ];
  return { choices, uploaded, earlier, other };
}

/** A baseline that names no version is of every one. */
export const trainedOf = ({ panel, version }: DriftPanel) => ({
  only:
    version === null
      ? []
      : [
          {
            label: labelOf(panel.telemetry.map.contract.featureBaseline, 'version'),
            op: '=~' as const,
            value: regexAnyOf([version, '']),
          },
        ],
});

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
