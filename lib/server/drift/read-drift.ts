import 'server-only';
import type { DriftReport } from '@/lib/contracts/drift';
import type { DriftParams } from '@/lib/contracts/drift-params';
import type { MissingSignal } from '@/lib/contracts/fleet';
import { driftAnswer } from '@/lib/domain/drift-answer';
import { rowOrder } from '@/lib/domain/drift-rank';
import { type FeaturePair, judgeFeatures } from '@/lib/domain/feature-drift';
import { unreadSide } from '@/lib/domain/feature-side';
import { type HeldSide, shapeBoth } from '@/lib/domain/held-side';
import { missingContract } from '../signals/missing';
import { type CurrentRead, readCurrent } from './current';
import { type Context, type DriftPanel, openDrift, type ReadSides, type Unread } from './open';
import type { LogProgress } from './read-logs';
import { type ReferenceRead, readReference } from './reference';
import { oneWindow, type Windows } from './windows';

/** Both sides of a version, read. */
export interface BothSides {
  drift: DriftPanel;
  read: CurrentRead;
  against: ReferenceRead;
  own: Own;
  /** Features of a window as pairs, by name. */
  pairsOf(window: number): FeaturePair[];
}

/** References that are the same wherever the current side is read. */
const HELD = ['upload', 'training'] as const;

export interface BothAsked {
  feature: string | null;
  windows: (range: { startMs: number; endMs: number }) => Windows;
  lines?: number;
  tell?: (progress: LogProgress) => void;
}

/**
 * Opens the panel and reads both sides at once. A reference that is a time or another version is read where the current
 * side was found: once more, where that was the logs.
 */
export async function readBoth(params: DriftParams, asked: BothAsked, context: Context): Promise<BothSides> {
  const drift = await openDrift(params, context);
  const windows = asked.windows(params);
  const referenceFrom = (source: 'metrics' | 'logs') =>
    readReference(drift, { ...params, feature: asked.feature, source });
  const [read, first] = await Promise.all([
    readCurrent(drift, { ...asked, source: params.source, windows }),
    params.source === 'logs' ? null : referenceFrom('metrics'),
  ]);
  const isFromLogs = read.current.source === 'logs';
  const isKept = first !== null && (!isFromLogs || HELD.some((kind) => kind === first.reference.kind));
  const found = isKept ? first : await referenceFrom(isFromLogs ? 'logs' : 'metrics');
  const against = read.current.source === 'scores' ? { ...found, reference: elsewhere(found) } : found;
  const own = await ownReferences(read, against);
  return { drift, read, against, own, pairsOf: (window) => pairsOf(read, against, own, window) };
}

/** A score was made from a reference that nothing here names: no other is said to be it. */
const elsewhere = ({ reference }: ReferenceRead): ReferenceRead['reference'] => ({
  ...reference,
  kind: null,
  words: 'the reference of whoever computed the scores',
  because: 'which the scores do not name',
});

/** The same reference beside another reading of the current side. */
export const withCurrent = (both: BothSides, read: CurrentRead): BothSides => ({
  ...both,
  read,
  pairsOf: (window) => pairsOf(read, both.against, both.own, window),
});

/** What is held against that the reference does not have; `isWhole`: distributions too, not missing values alone. */
type Own = (ReadSides & { words: string; isWhole: boolean }) | null;

/** The 24 h before, read only where features that are here now, or how often they are missing, are not in the reference. */
async function ownReferences(read: CurrentRead, { sides, fallback, missingBefore }: ReferenceRead): Promise<Own> {
  const now = read.sides.flatMap((window) => [...window]);
  if (fallback !== null && now.some(([name]) => !sides.has(name))) return { ...(await fallback()), isWhole: true };
  const lacks = now.some(([name, side]) => missingIn(side) !== null && missingIn(sides.get(name)) === null);
  return missingBefore !== null && lacks ? { ...(await missingBefore()), isWhole: false } : null;
}

const missingIn = (side: HeldSide | undefined) =>
  side === undefined ? null : 'shaped' in side ? side.shaped.missing : side.kept.missing;

function pairsOf(read: CurrentRead, against: ReferenceRead, own: Own, window: number): FeaturePair[] {
  if (read.scored !== null) return scoredPairs(read.scored[window] ?? new Map());
  const { sides } = against;
  const current = read.sides[window] ?? new Map<string, HeldSide>();
  const names = [...new Set([...sides.keys(), ...current.keys()])];
  const lostThen = own === null ? [against.unread] : [against.unread, own.unread];
  return names.sort().map((feature) => {
    const mine = sides.get(feature) ?? null;
    const instead = mine === null && own?.isWhole === true ? (own.sides.get(feature) ?? null) : null;
    const now = current.get(feature) ?? null;
    const both = shapeBoth(mine ?? instead, now);
    const reference = withMissing(both.reference, own?.sides.get(feature) ?? null);
    const isBorrowed = instead === null && both.reference !== null && both.reference.missing !== reference?.missing;
    return {
      feature,
      reference: reference === null && isLost(both.current, lostThen) ? unreadSide() : reference,
      current: hasNothing(both.current) && isLost(both.reference, [read.unread]) ? unreadSide() : both.current,
      source: read.current.source ?? 'metrics',
      referenceOwn: instead === null ? null : (own?.words ?? null),
      ...(isBorrowed && own !== null ? { missingOwn: own.words } : {}),
      score: read.scores.get(feature) ?? null,
    };
  });
}

/** Features of which a score is all that is known. */
const scoredPairs = (scores: CurrentRead['scores']): FeaturePair[] =>
  [...scores]
    .map(([feature, score]): FeaturePair => {
      return { feature, reference: null, current: null, source: 'scores', referenceOwn: null, score };
    })
    .sort((a, b) => (a.feature < b.feature ? -1 : 1));

/** Whether the counterpart of a side may be among what could not be read. */
const isLost = (side: FeaturePair['current'], unread: readonly Unread[]): boolean =>
  side !== null &&
  unread.some(
    ({ numeric, categorical }) => (side.buckets !== null && numeric) || (side.categories !== null && categorical),
  );

/** A side of which only missing values were counted, or nothing. */
const hasNothing = (side: FeaturePair['current']): boolean => side === null || (side.total === null && !side.isUnread);

/** A reference that did not count missing values borrows how many were missing before, where that was read. */
function withMissing(reference: FeaturePair['reference'], own: HeldSide | null): FeaturePair['reference'] {
  if (reference === null || reference.missing !== null || own === null || !('shaped' in own)) return reference;
  return own.shaped.missing === null ? reference : { ...reference, missing: own.shaped.missing };
}

/** Whether anything can be said of a window: both sides hold values. */
export const canCompare = (pairs: readonly FeaturePair[]): boolean =>
  pairs.some(({ current }) => (current?.total ?? 0) > 0) && pairs.some(({ reference }) => (reference?.total ?? 0) > 0);

/** What every answer of drift begins with. */
export function headOf({ drift, read, against }: Pick<BothSides, 'drift' | 'read' | 'against'>) {
  const { panel, model, version } = drift;
  return {
    model,
    version,
    versions: panel.versions,
    reference: against.reference,
    current: read.current,
    gaps: panel.gather.gaps,
    missing: missingOf({ drift, read, against }),
    truncated: read.truncated,
    why: panel.gather.why,
  };
}

function missingOf({ drift, read, against }: Pick<BothSides, 'drift' | 'read' | 'against'>): MissingSignal[] {
  const { map } = drift.panel.telemetry;
  const isEmpty = read.current.source === null || read.sides.every((window) => window.size === 0);
  const missing: MissingSignal[] = [];
  if (isEmpty && drift.panel.gather.gaps.length === 0 && read.current.source !== 'scores') {
    const { featureValue } = map.contract;
    missing.push(missingContract('inputs', 'featureValue', `${featureValue.metric} of ${drift.model}`));
  }
  if (against.reference.kind === null && !isEmpty) {
    missing.push({
      signal: 'reference',
      reason: 'There is nothing to compare the inputs with.',
      remedy: `Upload a baseline: npx windsock baseline push FILE --model ${drift.model}.`,
    });
  }
  return missing;
}

/** Every feature of a version over a range, judged against its reference. */
export async function readDrift(
  params: DriftParams,
  context: Context,
  work: { lines?: number; tell?: (progress: LogProgress) => void } = {},
): Promise<DriftReport> {
  const both = await readBoth(params, { feature: null, windows: oneWindow, ...work }, context);
  const pairs = both.pairsOf(0);
  const features = judgeFeatures(pairs, canCompare(pairs)).sort(rowOrder());
  const report = { ...headOf(both), startMs: params.startMs, endMs: params.endMs, features };
  return { ...report, answer: driftAnswer(report) };
}
