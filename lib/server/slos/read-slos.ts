import 'server-only';
import type { SloRow, Slos } from '@/lib/contracts/slo';
import { formatDuration } from '@/lib/domain/format';
import { decidingPairs, lastCoveredMs, sloState } from '@/lib/domain/slo';
import { bySloNeed, slosAnswer } from '@/lib/domain/slo-answer';
import { BURN_WINDOWS_MS, burnPairs } from '@/lib/domain/slo-windows';
import { Gather } from '../gather';
import { gaugeQuery } from '../prometheus/signal-queries';
import type { Telemetry } from '../telemetry';
import { existingNote, readExisting } from './existing';
import { type CellsByKey, COVERAGE_STEP_MS, type Ratios, readCoverage, readRatios, readWindow } from './measure';
import { type Objective, readObjectives } from './objectives';
import { readingsOf, refusedRow, toRow } from './row';
import type { Sli } from './sli';

/** What is left unsaid after this many objectives; a page with more is no page. */
const MAX_OBJECTIVES = 500;
/** How far back a state is looked for that was known, when nothing is measured now. */
const KEPT_SPAN_MS = 2 * (BURN_WINDOWS_MS.at(-1) ?? 0);

interface Asked {
  endMs: number;
  signal: AbortSignal;
}

/** What is read once for all objectives that count the same thing. */
interface Group {
  sli: Sli;
  ratios: Ratios;
  coverage: CellsByKey;
  /** By window, milliseconds. */
  windows: ReadonlyMap<number, CellsByKey>;
}

/** Every objective, judged at an instant: those of the configuration and those that other tools record here. */
export async function readSlos(telemetry: Telemetry, asked: Asked): Promise<Slos> {
  const gather = new Gather(asked.signal);
  const [objectives, existing, retention, complete] = await Promise.all([
    readObjectives(telemetry, asked, gather),
    readExisting(telemetry, asked, gather),
    gather.part('how long samples are kept', () => telemetry.prometheus.retention(asked.signal)),
    readComplete(telemetry, asked, gather),
  ]);
  const rows = await readRows(
    telemetry,
    objectives.slice(0, MAX_OBJECTIVES),
    { ...asked, retention, complete },
    gather,
  );
  gather.needSomething();
  const all = [...rows, ...existing].toSorted(bySloNeed);
  const without = telemetry.config.models.filter(({ slos }) => slos.length === 0).map(({ name }) => name);
  const notes = [
    existingNote(existing),
    retentionNote(rows, retention),
    without.length === 0 || rows.length === 0 ? null : `Without an objective: ${without.slice(0, 5).join(', ')}.`,
    objectives.length > MAX_OBJECTIVES ? `Only ${MAX_OBJECTIVES} of ${objectives.length} objectives are here.` : null,
  ];
  return {
    answer: slosAnswer(all),
    evaluatedAtMs: asked.endMs,
    rows: all,
    notes: notes.filter((note) => note !== null),
    missing: gather.gaps.map((reason) => ({ signal: 'part of this page', reason, remedy: null })),
    why: gather.why,
  };
}

/** When labels arrived last, by model: quality is complete up to there. */
async function readComplete(
  { prometheus, map, config }: Telemetry,
  { endMs, signal }: Asked,
  gather: Gather,
): Promise<ReadonlyMap<string, number>> {
  const { labelFreshness: signalOf } = map.contract;
  const isAsked = config.models.some(({ slos }) => slos.some(({ kind }) => kind === 'quality'));
  if (!isAsked || !signalOf.present) return new Map();
  const label = signalOf.labels.model ?? 'model_name';
  const samples = await gather.take(
    'when labels arrived last',
    prometheus.instant(gaugeQuery(signalOf.metric, [label]), endMs, signal),
  );
  return new Map(
    (samples ?? []).flatMap(({ labels, value }) => (value === null ? [] : [[labels[label] ?? '', value * 1000]])),
  );
}

/** Rows of objectives of the configuration, in their order. */
export async function readRows(
  telemetry: Telemetry,
  objectives: readonly Objective[],
  asked: Asked & { retention: string | null; complete: ReadonlyMap<string, number> },
  gather: Gather,
): Promise<SloRow[]> {
  const groups = await readGroups(telemetry, objectives, asked, gather);
  return Promise.all(
    objectives.map(async (objective) => {
      const { sli, slo } = objective;
      const group = sli === null ? undefined : groups.get(sli.group);
      const cells = group?.windows.get(slo.windowMs);
      if (sli === null || group === undefined || cells === undefined) {
        return refusedRow(objective, objective.problem ?? 'Nothing measures it.');
      }
      const readings = readingsOf(objective, group.ratios, group.coverage.of(sli.key));
      const kept =
        sloState(readings) === 'no data' ? await readKept(telemetry, { ...objective, sli }, asked, gather) : null;
      return toRow(objective, {
        readings,
        cells: cells.of(sli.key),
        kept,
        retention: asked.retention,
        completeUntilMs: slo.kind === 'quality' ? (asked.complete.get(sli.key) ?? null) : null,
      });
    }),
  );
}

async function readGroups(
  telemetry: Telemetry,
  objectives: readonly Objective[],
  asked: Asked,
  gather: Gather,
): Promise<ReadonlyMap<string, Group>> {
  const wanted = new Map<string, { sli: Sli; windows: Set<number> }>();
  for (const { sli, slo } of objectives) {
    if (sli === null) continue;
    const own = wanted.get(sli.group) ?? { sli, windows: new Set<number>() };
    own.windows.add(slo.windowMs);
    wanted.set(sli.group, own);
  }
  const read = [...wanted].map(async ([name, { sli, windows }]): Promise<[string, Group]> => {
    const [ratios, coverage, ...cells] = await Promise.all([
      readRatios(telemetry, sli, asked, gather),
      readCoverage(telemetry, sli, asked, gather),
      ...[...windows].map(
        async (windowMs): Promise<[number, CellsByKey]> => [
          windowMs,
          await readWindow(telemetry, sli, { ...asked, windowMs }, gather),
        ],
      ),
    ]);
    return [name, { sli, ratios, coverage, windows: new Map(cells) }];
  });
  return new Map(await Promise.all(read));
}

/**
 * The state that an objective without data had when it was last measured. It is computed anew from what the Prometheus
 * still holds, not remembered: the same after a restart and in every replica, and never older than the data.
 */
async function readKept(
  telemetry: Telemetry,
  objective: Objective & { sli: Sli },
  asked: Asked,
  gather: Gather,
): Promise<SloRow['kept']> {
  const { sli, slo } = objective;
  const cells = (await readCoverage(telemetry, sli, { ...asked, spanMs: KEPT_SPAN_MS }, gather)).of(sli.key);
  const windows = decidingPairs(burnPairs(slo)).flatMap(({ longMs, shortMs }) => [longMs, shortMs]);
  const atMs = lastCoveredMs(cells, windows);
  if (atMs === null) return null;
  const ratios = await readRatios(telemetry, sli, { ...asked, endMs: atMs }, gather);
  const upTo = Math.round((atMs - cells.startMs) / COVERAGE_STEP_MS) + 1;
  const state = sloState(readingsOf(objective, ratios, { ...cells, total: cells.total.slice(0, upTo) }));
  return state === 'no data' ? null : { state, atMs };
}

/** Windows that reach back further than samples are kept, as a sentence; null when all fit. */
function retentionNote(rows: readonly SloRow[], retention: string | null): string | null {
  const short = rows.filter(({ coverageRatio }) => coverageRatio !== null && coverageRatio < 0.9);
  const longest = Math.max(0, ...short.map(({ windowMs }) => windowMs ?? 0));
  if (longest === 0) return null;
  const kept = retention === null ? '' : `, and this Prometheus keeps ${retention}`;
  return `Windows of up to ${formatDuration(longest)} are not measured whole${kept}: their attainment and budget stay unknown; burn rates and alerts do not depend on it.`;
}
