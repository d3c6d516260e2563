import 'server-only';
import type { Labels, Sample } from '@/lib/contracts/series';
import type { SloRow } from '@/lib/contracts/slo';
import { budgetEndsInMs, burnRate } from '@/lib/domain/burn';
import { formatDuration, formatRatioPercent } from '@/lib/domain/format';
import { isFiring, PACE_MS, type PairReading, sloState } from '@/lib/domain/slo';
import { type BurnPair, burnPairs } from '@/lib/domain/slo-windows';
import { DAY_MS, HOUR_MS, MINUTE_MS, parseDurationMs } from '@/lib/domain/time';
import type { Gather } from '../gather';
import { by, matcher } from '../prometheus/promql';
import type { Telemetry } from '../telemetry';
import { STATUS_OF, toPairRow, wordOf } from './row';

/*
 * Objectives that Sloth or Pyrra already record: read, never measured a second time. Names and labels:
 * github.com/slok/sloth internal/prometheus/conventions.go, github.com/pyrra-dev/pyrra slo/rules.go.
 */

/** Recordings at an instant, as far as objectives need them. */
interface Recorded {
  samples: readonly Sample[];
}

const recordedValue = ({ samples }: Recorded, name: string, label: string, id: string): number | null =>
  samples.find(({ labels }) => labels.__name__ === name && labels[label] === id)?.value ?? null;

/** Objectives found in recordings; none where neither tool records here. One query, two where there are some. */
export async function readExisting(
  { prometheus, config }: Telemetry,
  { endMs, signal }: { endMs: number; signal: AbortSignal },
  gather: Gather,
): Promise<SloRow[]> {
  const found = await gather.take(
    'recordings of Sloth and Pyrra',
    prometheus.instant(`count ${by(['__name__'])} (${anyName('sloth_slo_info|pyrra_objective')})`, endMs, signal),
  );
  const has = (name: string) => (found ?? []).some(({ labels }) => labels.__name__ === name);
  const [sloth, pyrra] = await Promise.all([
    has('sloth_slo_info')
      ? gather.take('what Sloth recorded', prometheus.instant(anyName('sloth_slo_info|slo:.+'), endMs, signal))
      : null,
    has('pyrra_objective') ? gather.take('what Pyrra recorded', prometheus.instant(PYRRA_QUERY, endMs, signal)) : null,
  ]);
  const models = config.models.map(({ name }) => name);
  return [...slothRows({ samples: sloth ?? [] }, models), ...pyrraRows({ samples: pyrra ?? [] }, models)];
}

const anyName = (pattern: string): string => `{${matcher('__name__', '=~', pattern)}}`;
const PYRRA_QUERY = `{${matcher('__name__', '=~', 'pyrra_(objective|window|availability)|.+:burnrate[0-9].*')},${matcher('slo', '!=', '')}}`;

/** The model that labels of a recording speak of: one that the configuration knows, else what they name. */
const modelOf = (labels: Labels, models: readonly string[], fallback: string): string =>
  models.find((name) => Object.values(labels).includes(name)) ?? labels.model_name ?? fallback;

/**
 * A row for each `sloth_slo_info`. Burn rates come from its recorded ratios; null: not recorded. `models` are the
 * configured names.
 */
export function slothRows(recorded: Recorded, models: readonly string[]): SloRow[] {
  const infos = recorded.samples.filter(({ labels }) => labels.__name__ === 'sloth_slo_info');
  return infos.map(({ labels }) => {
    const id = labels.sloth_id ?? '';
    const value = (name: string) => recordedValue(recorded, name, 'sloth_id', id);
    const objective = value('slo:objective:ratio');
    const days = value('slo:time_period:days');
    const ratio = (windowMs: number) => value(`slo:sli_error:ratio_rate${slothWindow(windowMs)}`);
    const windowMs = days === null ? null : days * DAY_MS;
    const spent = value('slo:period_burn_rate:ratio');
    const left = value('slo:period_error_budget_remaining:ratio') ?? (spent === null ? null : 1 - spent);
    return recordedRow({
      origin: 'sloth',
      id: `sloth/${id}`,
      name: labels.sloth_slo ?? id,
      model: modelOf(labels, models, labels.sloth_service ?? id),
      objective,
      windowMs,
      leftRatio: left,
      pairs: objective === null || windowMs === null ? [] : burnPairs({ kind: 'availability', objective, windowMs }),
      ratio,
    });
  });
}

/** "1h", "3d": how Sloth writes a window in a name. */
const slothWindow = (ms: number): string =>
  ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${ms / MINUTE_MS}m`;

/** Pyrra's own factors and severities; its windows scale with the period, so they are read off the names. */
const PYRRA_PAIRS = [
  { long: 2, short: 0, factor: 14, severity: 'page', budgetShare: 1 / 48 },
  { long: 4, short: 1, factor: 7, severity: 'page', budgetShare: 1 / 16 },
  { long: 5, short: 3, factor: 2, severity: 'ticket', budgetShare: 1 / 14 },
  { long: 6, short: 4, factor: 1, severity: 'ticket', budgetShare: 1 / 7 },
] as const;

/**
 * A row for each `pyrra_objective`, whose window is recorded in seconds. Its windows carry their length in the names
 * of the recordings; null: not recorded.
 */
export function pyrraRows(recorded: Recorded, models: readonly string[]): SloRow[] {
  const objectives = recorded.samples.filter(({ labels }) => labels.__name__ === 'pyrra_objective');
  return objectives.map(({ labels, value: objective }) => {
    const id = labels.slo ?? '';
    const seconds = recordedValue(recorded, 'pyrra_window', 'slo', id);
    const windowMs = seconds === null ? null : seconds * 1000;
    const available = recordedValue(recorded, 'pyrra_availability', 'slo', id);
    const ratios = new Map<number, number | null>();
    for (const sample of recorded.samples) {
      const window = /:burnrate(.+)$/.exec(sample.labels.__name__ ?? '')?.[1];
      const ms = window === undefined ? null : parseDurationMs(window);
      if (ms !== null && sample.labels.slo === id) ratios.set(ms, sample.value);
    }
    const windows = [...ratios.keys()].toSorted((a, b) => a - b);
    const pairs = PYRRA_PAIRS.flatMap(({ long, short, ...pair }): BurnPair[] => {
      const [longMs, shortMs] = [windows[long], windows[short]];
      return longMs === undefined || shortMs === undefined ? [] : [{ ...pair, longMs, shortMs, silent: null }];
    });
    const spent = available === null || objective === null ? null : burnRate(1 - available, objective);
    return recordedRow({
      origin: 'pyrra',
      id: `pyrra/${id}`,
      name: id,
      model: modelOf(labels, models, id),
      objective,
      windowMs,
      leftRatio: spent === null ? null : 1 - spent,
      pairs,
      ratio: (ms) => ratios.get(ms) ?? null,
    });
  });
}

const TOOL = { sloth: 'Sloth', pyrra: 'Pyrra' } as const;

function recordedRow(found: {
  origin: 'sloth' | 'pyrra';
  id: string;
  name: string;
  model: string;
  objective: number | null;
  windowMs: number | null;
  leftRatio: number | null;
  pairs: readonly BurnPair[];
  /** Error ratio of a window. */
  ratio: (windowMs: number) => number | null;
}): SloRow {
  const { origin, id, name, model, objective, windowMs, leftRatio } = found;
  const burn = (ms: number) => (objective === null ? null : burnRate(found.ratio(ms), objective));
  const readings = found.pairs.map(
    (pair): PairReading => ({
      pair,
      longBurn: burn(pair.longMs),
      shortBurn: burn(pair.shortMs),
      coverageRatio: null,
    }),
  );
  const state = sloState(readings);
  const pace = readings.find(({ pair }) => pair.longMs === PACE_MS) ?? readings.find(({ pair }) => pair.factor < 14);
  const share = objective === null ? 'an objective' : formatRatioPercent(objective);
  const over = windowMs === null ? '' : `, over ${formatDuration(windowMs)}`;
  return {
    id,
    model,
    name,
    kind: null,
    origin,
    promise: `${share} as ${TOOL[origin]} records it${over}`,
    objective,
    windowMs,
    owner: null,
    runbook: null,
    attainment: leftRatio === null || objective === null ? null : 1 - (1 - leftRatio) * (1 - objective),
    leftRatio,
    coverageRatio: null,
    total: null,
    bad: null,
    pairs: readings.map((reading) => ({ ...toPairRow(reading, windowMs ?? DAY_MS), firing: isFiring(reading) })),
    endsInMs: windowMs === null ? null : budgetEndsInMs({ leftRatio, burnRate: pace?.longBurn ?? null, windowMs }),
    state,
    status: state === 'ok' && leftRatio !== null && leftRatio <= 0 ? 'watch' : STATUS_OF[state],
    word: wordOf(state, leftRatio, null),
    problem: state === 'no data' ? `${TOOL[origin]} has recorded no burn rate for it lately.` : null,
    kept: null,
    completeUntilMs: null,
  };
}

/** What the page says of recordings that it found; null where there are none. */
export function existingNote(rows: readonly SloRow[]): string | null {
  const counted = (['sloth', 'pyrra'] as const).flatMap((origin) => {
    const count = rows.filter((row) => row.origin === origin).length;
    return count === 0 ? [] : [`${count} of ${TOOL[origin]}`];
  });
  return counted.length === 0
    ? null
    : `Recordings found and used: ${counted.join(', ')}. Their own rules alert on them, so none are exported here.`;
}
