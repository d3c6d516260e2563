import type { AnswerPart, Status } from '@/lib/contracts/answer';
import type { BudgetState, InputState } from '@/lib/contracts/fleet';
import { muted, value } from './answer-parts';
import { budgetEndsInMs, FAST_BURN_RATE, SUSTAINABLE_BURN_RATE } from './burn';
import { MIN_REQUESTS_TO_COMPARE } from './comparison';
import type { Finding } from './finding';
import { formatChange, formatDuration, formatNumber, formatRatioPercent } from './format';
import { type Buckets, histogramQuantile, isResolved, quantileDifference } from './histogram';
import { rankOf } from './status';
import { DAY_MS, MINUTE_MS } from './time';
import { differences, type Limits, type MeasuredVersion } from './version-difference';

/**
 * What is worth saying about a model and its versions, each with its status, its word for the table and its sentence.
 * The state of a row is that of its first finding, so table and answer cannot disagree.
 */

/** Labels older than this are stale where no freshness objective says otherwise. */
const LABELS_STALE_MS = DAY_MS;
/** A model without requests for this long, that had some in the range, is silent. */
const SILENT_MS = 10 * MINUTE_MS;

export interface MeasuredModel {
  model: string;
  requests: number | null;
  errors: number | null;
  buckets: Buckets | null;
  versions: readonly MeasuredVersion[];
  /** The same range before, and how it is called; null when it is not measured. */
  before: { called: string; requests: number | null; errors: number | null; buckets: Buckets | null } | null;
  budget: BudgetState;
  inputs: InputState;
  labelAgeMs: number | null;
  labelLimitMs: number | null;
  /** Firing alerts; null when they could not be asked for. */
  alerts: readonly { name: string; critical: boolean }[] | null;
  /** How long before the end of the range the last request was seen; null when not known. */
  silentMs: number | null;
  limits: Limits;
}

/** The version that others are measured against: the champion, else the one with most requests. */
function referenceOf(versions: readonly MeasuredVersion[]): MeasuredVersion | null {
  const champion = versions.find(({ role }) => role === 'champion');
  if (champion !== undefined) return champion;
  return versions.reduce<MeasuredVersion | null>(
    (best, one) => ((one.requests ?? 0) > (best?.requests ?? -1) ? one : best),
    null,
  );
}

/** What a version's row says: its state against the reference version, in the fewest words that are true. */
export function versionFindings(model: string, own: MeasuredVersion, all: MeasuredModel): Finding[] {
  const subject = `${model} ${own.version}`;
  const plain = (status: Status, word: string): Finding[] => [{ status, word, subject, parts: [value(` ${word}`)] }];
  if (own.requests === null) return plain('unknown', 'not measured');
  if (own.requests <= 0) return plain('unknown', 'no traffic');
  const reference = referenceOf(all.versions);
  if (reference === null || reference.version === own.version) return plain('ok', 'in service');
  const fewest = Math.min(own.requests, reference.requests ?? 0);
  if (fewest < MIN_REQUESTS_TO_COMPARE) {
    return plain(
      'unknown',
      `not enough data (${formatNumber(Math.floor(fewest))} of ${MIN_REQUESTS_TO_COMPARE} requests)`,
    );
  }
  const found = differences(subject, own, { ...reference, called: `for ${reference.version}` }, all.limits);
  if (found.length > 0) return found;
  if (own.errors === null && own.buckets === null) return plain('unknown', 'errors and latency not measured');
  const better = improvement(own, reference);
  if (better !== null) return plain('ok', better);
  const blind = own.errors === null ? ' in latency; errors not measured' : '';
  const coarse =
    own.buckets !== null && reference.buckets !== null && !isResolved(reference.buckets, own.buckets, 0.95)
      ? ', as far as the buckets tell'
      : '';
  return plain('ok', `in line with ${reference.version}${blind}${coarse}`);
}

function improvement(own: MeasuredVersion, reference: MeasuredVersion): string | null {
  if (own.buckets === null || reference.buckets === null) return null;
  const compared = quantileDifference(reference.buckets, own.buckets, 0.95);
  const before = histogramQuantile(reference.buckets, 0.95).value;
  if (compared === null || before === null || !(before > 0)) return null;
  if (!compared.resolved || compared.interval.high >= 0) return null;
  return `faster: P95 ${formatChange(compared.difference / before)}`;
}

function budgetFindings({ model, budget }: MeasuredModel): Finding[] {
  const { leftRatio, burnRate, windowDays } = budget;
  const windowMs = (windowDays ?? 0) * DAY_MS;
  const days = windowDays === null ? 'the window' : `${formatNumber(windowDays)} d`;
  const found: Finding[] = [];
  const burning = burnRate === null ? '' : `${formatNumber(burnRate)} ×`;
  if (leftRatio !== null && leftRatio <= 0) {
    const parts = [
      { text: 'has spent its error budget', tone: 'bad' as const },
      value(` of ${days} (${formatRatioPercent(1 - leftRatio)} of it used)`),
    ];
    found.push({ status: 'bad', word: 'budget spent', subject: model, parts });
  }
  if (burnRate !== null && burnRate > SUSTAINABLE_BURN_RATE) {
    const status: Status = burnRate >= FAST_BURN_RATE ? 'bad' : 'watch';
    const endsInMs = budgetEndsInMs({ leftRatio, burnRate, windowMs });
    const end =
      leftRatio === null
        ? muted('; how much is left is not measured')
        : endsInMs === null || endsInMs === 0
          ? muted('')
          : value(`; at the pace of this range it ends in ${formatDuration(endsInMs)}`);
    found.push({
      status,
      word: `burning ${burning}`,
      subject: model,
      parts: [{ text: `burns its error budget ${burning}`, tone: status }, value(' as fast as it may'), end],
    });
  }
  return found;
}

function alertFindings({ model, alerts }: MeasuredModel): Finding[] {
  if (alerts === null || alerts.length === 0) return [];
  const status: Status = alerts.some(({ critical }) => critical) ? 'bad' : 'watch';
  const names = [...new Set(alerts.map(({ name }) => name))];
  const shown = names.slice(0, 2).join(' and ') + (names.length > 2 ? ` and ${names.length - 2} more` : '');
  const word = alerts.length === 1 ? '1 alert fires' : `${alerts.length} alerts fire`;
  const firing = alerts.length === 1 ? '1 alert firing' : `${alerts.length} alerts firing`;
  return [{ status, word, subject: model, parts: [{ text: `has ${firing}`, tone: status }, value(`: ${shown}`)] }];
}

function stateFindings(all: MeasuredModel): Finding[] {
  const { model, inputs, labelAgeMs, labelLimitMs, silentMs } = all;
  const found: Finding[] = [];
  if (silentMs !== null && silentMs >= SILENT_MS) {
    const text = `has had no requests for ${formatDuration(silentMs)}`;
    found.push({ status: 'watch', word: 'silent', subject: model, parts: [{ text, tone: 'watch' }] });
  }
  if (inputs.status === 'bad' || inputs.status === 'watch') {
    const text = `has an input that changed: ${inputs.word}`;
    found.push({ status: 'watch', word: inputs.word, subject: model, parts: [{ text, tone: 'watch' }] });
  }
  if (labelAgeMs !== null && labelAgeMs > (labelLimitMs ?? LABELS_STALE_MS)) {
    const text = `has had no labels for ${formatDuration(labelAgeMs)}`;
    found.push({
      status: 'watch',
      word: 'labels stale',
      subject: model,
      parts: [{ text, tone: 'watch' }, muted(', so its quality is not known')],
    });
  }
  return found;
}

/** Everything worth saying about a model, what needs a person most first. Never empty. */
export function modelFindings(all: MeasuredModel): Finding[] {
  const { model, requests } = all;
  const plain = (status: Status, word: string): Finding => ({
    status,
    word,
    subject: model,
    parts: [value(word === 'well' ? 'is well' : `: ${word}`)],
  });
  const versions = all.versions
    .filter((one) => (one.requests ?? 0) >= MIN_REQUESTS_TO_COMPARE)
    .flatMap((one) => versionFindings(model, one, all))
    .filter(({ status }) => status === 'bad' || status === 'watch');
  const whole: MeasuredVersion = { version: '', role: 'other', requests, errors: all.errors, buckets: all.buckets };
  const enough = (requests ?? 0) >= MIN_REQUESTS_TO_COMPARE;
  // Against another time of day a difference is a hint, never proof: it is watched, and nobody is woken.
  const changes =
    all.before === null || !enough || (all.before.requests ?? 0) < MIN_REQUESTS_TO_COMPARE
      ? []
      : differences(model, whole, all.before, all.limits)
          .filter(({ status }) => status === 'bad')
          .map((one) => ({ ...one, status: 'watch' as const, parts: one.parts.map(calm) }));
  const found = [...versions, ...budgetFindings(all), ...alertFindings(all), ...changes, ...stateFindings(all)].sort(
    (a, b) => rankOf(a.status) - rankOf(b.status),
  );
  if (found.length > 0) return found;
  if (requests === null) return [plain('unknown', 'not measured')];
  if (requests <= 0) return [plain('unknown', 'no traffic')];
  if (!enough) {
    return [
      plain(
        'unknown',
        `not enough data (${formatNumber(Math.floor(requests))} of ${MIN_REQUESTS_TO_COMPARE} requests)`,
      ),
    ];
  }
  if (all.errors === null) return [plain('unknown', 'errors not measured')];
  return [plain('ok', 'well')];
}

const calm = (part: AnswerPart): AnswerPart => (part.tone === 'bad' ? { ...part, tone: 'watch' } : part);
