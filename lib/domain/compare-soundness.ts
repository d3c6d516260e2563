import type { CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs, SideCounts } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { bucketsOf, commonBuckets } from './compare-latency';
import { formatDuration, formatNumber, formatRatioPercent, formatTime } from './format';
import { SAMPLE_RATIO_ALPHA, sampleRatioTest } from './sample-ratio';
import { MINUTE_MS } from './time';

/** Whether two sides may be compared at all: the same clock, the configured split, every signal, fresh. */

/** Share of the joint time that both sides must have traffic in. */
const SHARED_ENOUGH = 0.9;
/** A side is stale when it had no request for this long, although it should have had some. */
const STALE_MS = 5 * MINUTE_MS;
/** Requests that should have come meanwhile before silence means anything. */
const EXPECTED_IN_SILENCE = 5;

/** Challenger's share of the requests of both, and whether it is the configured one. */
export function splitOf(inputs: CompareInputs, policy: ComparePolicy): CompareResult['split'] {
  const a = inputs.champion?.requests ?? null;
  const b = inputs.challenger?.requests ?? null;
  const configuredShare = inputs.mode === 'versions' ? policy.challengerShare : null;
  if (a === null || b === null || !(a + b > 0)) return { challengerShare: null, configuredShare, pValue: null };
  const tested = configuredShare === null ? null : sampleRatioTest([a, b], [1 - configuredShare, configuredShare]);
  return { challengerShare: b / (a + b), configuredShare, pValue: tested?.pValue ?? null };
}

/** Whether a gap in a side's traffic is longer than chance explains. */
function isSilence(side: SideCounts, gapMs: number, scrapeIntervalMs: number): boolean {
  if (side.firstMs === null || side.lastMs === null || side.requests === null) return false;
  const activeMs = Math.max(side.lastMs - side.firstMs, scrapeIntervalMs);
  return gapMs > Math.max(STALE_MS, 5 * scrapeIntervalMs) && (side.requests * gapMs) / activeMs >= EXPECTED_IN_SILENCE;
}

/** When both sides began to have traffic together; null where they did from the start, or never. */
export function sharedStartOf(inputs: CompareInputs): number | null {
  const { champion, challenger, mode, scrapeIntervalMs } = inputs;
  if (mode === 'instant' || champion?.firstMs == null || challenger?.firstMs == null) return null;
  const late = challenger.firstMs > champion.firstMs ? challenger : champion;
  const gap = Math.abs(challenger.firstMs - champion.firstMs);
  return isSilence(late, gap, scrapeIntervalMs) ? Math.max(champion.firstMs, challenger.firstMs) : null;
}

/** Why parts that decide nothing could not be read; each once. */
export const unreadOf = ({ faults }: Pick<CompareInputs, 'faults'>): string[] => [
  ...new Set(faults.filter(({ signal }) => signal === 'other').map(({ reason }) => reason)),
];

/** Reasons for which the comparison itself is in doubt, in order; none when it is sound. */
export function doubts(inputs: CompareInputs, split: CompareResult['split'], zone: string): string[] {
  const { champion, challenger, faults, mode } = inputs;
  const found: string[] = [];
  if (mode === 'versions' && champion !== null && challenger !== null && champion.version === challenger.version) {
    found.push(`Both sides are ${champion.version}: a version differs from itself by nothing. Choose another one.`);
  }
  if (split.pValue !== null && split.pValue < SAMPLE_RATIO_ALPHA) {
    found.push(
      `The split is not the configured one: the challenger has ${formatRatioPercent(split.challengerShare)} of the requests, ${formatRatioPercent(split.configuredShare)} is configured (p ${formatP(split.pValue)}). Retries, stickiness or a health check may bias both sides.`,
    );
  }
  for (const { signal, reason } of faults) if (signal !== 'other') found.push(reason);
  const told = new Set(faults.map(({ signal }) => signal));
  for (const side of [champion, challenger]) {
    if (side?.requests === null && !told.has('requests')) found.push(`Requests of ${side.version} are not measured.`);
  }
  if (champion === null || challenger === null || !hasTraffic(champion) || !hasTraffic(challenger)) return found;
  for (const side of [champion, challenger]) {
    if (side.errors === null && !told.has('errors')) found.push(`Errors of ${side.version} are not measured.`);
    if (side.latency === null && !told.has('latency')) found.push(`Latency of ${side.version} is not measured.`);
  }
  const [a, b] = [bucketsOf(champion.latency), bucketsOf(challenger.latency)];
  if (a !== null && b !== null && commonBuckets(a, b) === null) {
    found.push(
      `The latency histograms of ${champion.version} and ${challenger.version} share no bucket bound: they cannot be compared.`,
    );
  }
  if (mode === 'instant') {
    found.push(
      'Before and after share no wall clock: whatever else changed between them cannot be told apart from the change itself.',
    );
    return found;
  }
  return [...found, ...clockDoubts(inputs, champion, challenger, zone)];
}

/** Requests that were counted, and more than 0; false where nobody counted them, too. */
export const hasTraffic = (side: SideCounts | null): boolean => side?.requests != null && side.requests > 0;

function clockDoubts(inputs: CompareInputs, champion: SideCounts, challenger: SideCounts, zone: string): string[] {
  const found: string[] = [];
  for (const side of [champion, challenger]) {
    if (side.lastMs === null) continue;
    const ageMs = inputs.endMs - side.lastMs;
    if (isSilence(side, ageMs, inputs.scrapeIntervalMs)) {
      found.push(`The data is stale: ${side.version} had its last request ${formatDuration(ageMs)} before the end.`);
    }
  }
  const apart = apartDoubt(inputs, champion, challenger, zone);
  return apart === null ? found : [...found, apart];
}

/** How far the two had traffic at different times; null where they share the clock. */
function apartDoubt(inputs: CompareInputs, champion: SideCounts, challenger: SideCounts, zone: string): string | null {
  if (champion.firstMs === null || challenger.firstMs === null) return null;
  const { endMs } = inputs;
  const told = 'The two do not share the wall clock:';
  const shared = sharedStartOf(inputs);
  const whole = Math.max(1, endMs - Math.min(champion.firstMs, challenger.firstMs));
  if (shared !== null && (endMs - shared) / whole < SHARED_ENOUGH) {
    const late = challenger.firstMs > champion.firstMs ? challenger : champion;
    return `${told} ${late.version} has traffic only from ${formatTime(shared, zone)} ${zone} on, ${formatDuration(endMs - shared)} of ${formatDuration(whole)}.`;
  }
  for (const [name, side] of [['champion', champion] as const, ['challenger', challenger] as const]) {
    const pausedMs = pausedMsOf(inputs, name, side);
    if (1 - pausedMs / whole < SHARED_ENOUGH) {
      return `${told} ${side.version} had no traffic for ${formatDuration(pausedMs)} of ${formatDuration(whole)} while the other one had.`;
    }
  }
  return null;
}

/** Whether the two sides had traffic at the same times; true where nothing tells. */
export const sharesClock = (inputs: CompareInputs): boolean =>
  inputs.champion === null ||
  inputs.challenger === null ||
  apartDoubt(inputs, inputs.champion, inputs.challenger, 'UTC') === null;

/** How long a side was silent between its first and last traffic while the other was not, by chance left out. */
function pausedMsOf(
  { cells, scrapeIntervalMs }: CompareInputs,
  name: 'champion' | 'challenger',
  side: SideCounts,
): number {
  if (cells === null) return 0;
  const own = cells[name].requests.map((value) => (value ?? 0) > 0);
  const other = cells[name === 'champion' ? 'challenger' : 'champion'].requests.map((value) => (value ?? 0) > 0);
  let [pausedMs, runMs] = [0, 0];
  for (let i = own.indexOf(true); i <= own.lastIndexOf(true) && i !== -1; i += 1) {
    if (!own[i]) {
      if (other[i]) runMs += cells.stepMs;
      continue;
    }
    if (isSilence(side, runMs, scrapeIntervalMs)) pausedMs += runMs;
    runMs = 0;
  }
  return pausedMs;
}

/** A p-value with the digits that matter: "0.71", "4e-7", "< 1e-12". */
function formatP(p: number): string {
  if (p < 1e-12) return '< 1e-12';
  if (p < 0.001) return p.toExponential(0).replace('-', '−');
  return formatNumber(p, 2);
}

/** What makes the comparison sound, as a sentence. */
export function soundness(inputs: CompareInputs, split: CompareResult['split']): string {
  const { champion, challenger, endMs } = inputs;
  const share = split.challengerShare;
  const figures = share === null ? '' : `split ${((1 - share) * 100).toFixed(1)} : ${(share * 100).toFixed(1)}, `;
  const checked =
    split.pValue === null ? 'no share configured to check it against' : `as configured (p ${formatP(split.pValue)})`;
  const last = Math.min(champion?.lastMs ?? endMs, challenger?.lastMs ?? endMs);
  const newest = last < endMs ? `newest data ${formatDuration(endMs - last)} before the end` : 'data up to the end';
  return `Comparison is sound: ${figures}${checked}, same clock, ${newest}.`;
}
