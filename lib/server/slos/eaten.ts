import 'server-only';
import type { Sample } from '@/lib/contracts/series';
import type { EatenPart, SloEaten } from '@/lib/contracts/slo';
import { formatDuration } from '@/lib/domain/format';
import { sumValues } from '@/lib/domain/series';
import { badWithin, eatenStretches, type SloCells } from '@/lib/domain/slo';
import { HOUR_MS } from '@/lib/domain/time';
import { AppError } from '../errors';
import { tellsErrors } from '../fleet/counts';
import { versionOf } from '../fleet/labels';
import { Gather } from '../gather';
import { incidentsDuring } from '../incidents/during';
import { reasonsQuery } from '../loki/error-queries';
import { contractIncrease, errorsQuery, requestsQuery, withinBoundQuery } from '../prometheus/signal-queries';
import { redactorOf } from '../redaction/redact';
import { UNIT_MS } from '../signals/preset';
import { failedSegments } from '../signals/segments';
import { openLoki, type Telemetry } from '../telemetry';
import { findObjective } from './find';
import { readWindow } from './measure';
import { type Objective, readObjectives } from './objectives';

const MAX_ITEMS = 10;
/** Lines of a longer stretch are not read when the whole window already was too much. */
const MAX_STRETCH_MS = 6 * HOUR_MS;

interface Asked {
  model: string;
  slo: string;
  endMs: number;
  signal: AbortSignal;
}

/** What ate an objective's budget over its window: by version, segment, error reason and incident. */
export async function readEaten(telemetry: Telemetry, asked: Asked): Promise<SloEaten> {
  const gather = new Gather(asked.signal);
  const objective = findObjective(await readObjectives(telemetry, asked, gather), asked);
  const { sli, slo } = objective;
  if (sli === null) {
    throw new AppError('bad_request', `${objective.id} is not measured: ${objective.problem ?? 'nothing counts it.'}`);
  }
  const { endMs, signal } = asked;
  const cells = readWindow(telemetry, sli, { endMs, signal, windowMs: slo.windowMs, model: sli.key }, gather).then(
    (window) => window.of(sli.key),
  );
  const parts = await Promise.all([
    byVersion(telemetry, objective, asked, gather),
    bySegment(telemetry, objective, asked, gather),
    cells.then((own) => byReason(telemetry, objective, own, asked, gather)),
    cells.then((own) => byIncident(objective, own, asked, gather)),
  ]);
  return { parts, gaps: gather.gaps, why: gather.why };
}

const nothing = (by: EatenPart['by'], note: string): EatenPart => ({ by, items: [], note });

/** Bad and all by name, the greediest first. */
function toPart(
  by: EatenPart['by'],
  counts: ReadonlyMap<string, { bad: number; all: number | null }>,
  empty: string,
  to: (name: string) => string | null = () => null,
): EatenPart {
  const sum = [...counts.values()].reduce((total, { bad }) => total + bad, 0);
  if (!(sum > 0)) return nothing(by, empty);
  const items = [...counts]
    .filter(([, { bad }]) => bad > 0)
    .sort(([, a], [, b]) => b.bad - a.bad)
    .map(([name, { bad, all }]) => ({
      name,
      bad,
      share: bad / sum,
      badRatio: all === null || !(all > 0) ? null : bad / all,
      to: to(name),
    }));
  const note = items.length > MAX_ITEMS ? `The first ${MAX_ITEMS} of ${items.length}.` : null;
  return { by, items: items.slice(0, MAX_ITEMS), note };
}

const summed = (samples: readonly Sample[], keyOf: (labels: Sample['labels']) => string): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const { labels, value } of samples) {
    if (value !== null) sums.set(keyOf(labels), (sums.get(keyOf(labels)) ?? 0) + value);
  }
  return sums;
};

/** Parts and wholes joined by name; `isRest`: the part that is known is the good one. */
function joined(
  all: ReadonlyMap<string, number>,
  part: ReadonlyMap<string, number>,
  kind: 'bad' | 'good',
): Map<string, { bad: number; all: number }> {
  const counts = new Map<string, { bad: number; all: number }>();
  for (const name of new Set([...all.keys(), ...part.keys()])) {
    const total = Math.max(all.get(name) ?? 0, kind === 'bad' ? (part.get(name) ?? 0) : 0);
    const own = part.get(name) ?? 0;
    counts.set(name, { all: total, bad: Math.max(0, kind === 'bad' ? own : total - own) });
  }
  return counts;
}

async function byVersion(
  { prometheus, map }: Telemetry,
  { slo, model }: Objective,
  { endMs, signal }: Asked,
  gather: Gather,
): Promise<EatenPart> {
  const over = { fn: 'increase', windowMs: slo.windowMs, model: model.name, byVersion: true } as const;
  const ask = async (purpose: string, query: string | null) =>
    (await gather.take(purpose, query === null ? null : prometheus.instant(query, endMs, signal))) ?? [];
  const version = (labels: Sample['labels']) => versionOf(map, labels);
  const to = (name: string) => `/models/${encodeURIComponent(model.name)}?versions=${encodeURIComponent(name)}`;
  const empty = `No version had a bad event in the last ${formatDuration(slo.windowMs)}.`;
  if (slo.kind === 'availability') {
    const [all, bad] = await Promise.all([
      ask('requests by version', requestsQuery(map, over)),
      ask('failed requests by version', tellsErrors(map) ? errorsQuery(map, over) : null),
    ]);
    return toPart('version', joined(summed(all, version), summed(bad, version), 'bad'), empty, to);
  }
  if (slo.kind === 'latency' && map.latency.kind === 'histogram') {
    const bound = Number(((slo.thresholdMs ?? 0) / UNIT_MS[map.latency.unit]).toPrecision(12));
    const [all, good] = await Promise.all([
      ask('requests by version', withinBoundQuery(map, Number.POSITIVE_INFINITY, over)),
      ask('requests in time by version', withinBoundQuery(map, bound, over)),
    ]);
    return toPart('version', joined(summed(all, version), summed(good, version), 'good'), empty, to);
  }
  if (slo.kind === 'quality') {
    const { outcomes } = map.contract;
    const outcomeLabel = outcomes.labels.outcome ?? 'outcome';
    const query = contractIncrease(outcomes, { model: model.name, keep: [outcomeLabel], windowMs: slo.windowMs });
    const samples = await ask('outcomes by version', query);
    const [wrong, judged] = WRONG[slo.measure ?? 'accuracy'];
    const label = outcomes.labels.version ?? 'model_version';
    const of = (values: readonly string[]) =>
      summed(
        samples.filter(({ labels }) => values.includes(labels[outcomeLabel] ?? '')),
        (labels) => labels[label] ?? '',
      );
    return toPart('version', joined(of(judged), of(wrong), 'bad'), empty, to);
  }
  return nothing('version', 'What it counts is not told by version.');
}

const WRONG = {
  accuracy: [
    ['fp', 'fn'],
    ['tp', 'fp', 'tn', 'fn'],
  ],
  precision: [['fp'], ['tp', 'fp']],
  recall: [['fn'], ['tp', 'fn']],
} as const;

async function bySegment(
  { prometheus, map }: Telemetry,
  { slo, model }: Objective,
  { endMs, signal }: Asked,
  gather: Gather,
): Promise<EatenPart> {
  if (slo.kind !== 'availability') return nothing('segment', 'Only failed requests are counted by segment.');
  const { segments } = map.contract;
  const label = segments.labels.segment ?? 'user_segment';
  const asked = { model: model.name, keep: [label], windowMs: slo.windowMs };
  const [all, bad] = await Promise.all([
    gather.take('requests by segment', prometheus.instant(contractIncrease(segments, asked), endMs, signal)),
    gather.take(
      'failed requests by segment',
      prometheus.instant(contractIncrease(segments, { ...asked, matchers: [failedSegments(map)] }), endMs, signal),
    ),
  ]);
  if (all === null || all.length === 0) return nothing('segment', `There is no ${segments.metric} of this model.`);
  // Without the failures nothing is known; that none failed would be a claim.
  if (bad === null) return nothing('segment', 'The failed requests by segment could not be read.');
  const segment = (labels: Sample['labels']) => labels[label] || 'none named';
  return toPart(
    'segment',
    joined(summed(all, segment), summed(bad, segment), 'bad'),
    'No segment had a failed request.',
  );
}

async function byReason(
  { config }: Telemetry,
  { slo, model }: Objective,
  cells: SloCells,
  { endMs, signal }: Asked,
  gather: Gather,
): Promise<EatenPart> {
  if (slo.kind !== 'availability') return nothing('reason', 'Only failed requests carry a reason in the logs.');
  const loki = openLoki();
  if (loki === null) return nothing('reason', 'No Loki is configured: reasons are read from log lines.');
  const { logFields } = config.signals;
  const fields = {
    model: logFields.model_name ?? 'model_name',
    version: logFields.model_version ?? 'model_version',
    error: logFields.error ?? 'error',
  };
  const ask = async (startMs: number, untilMs: number) => {
    const labels = await loki.labels({ startMs, endMs: untilMs }, signal);
    const hasModelLabel = labels.value.includes(fields.model);
    const asked = { model: model.name, fields, hasModelLabel, windowMs: untilMs - startMs };
    return loki.instant(reasonsQuery({ ...asked, limit: 5 * MAX_ITEMS }), untilMs, signal);
  };
  const redactor = redactorOf(config.redaction.rules);
  const reasons = (samples: readonly Sample[], note: string): EatenPart => {
    const sums = summed(samples, (labels) => redactor.text(labels.error_reason ?? ''));
    const part = toPart(
      'reason',
      new Map([...sums].map(([name, bad]) => [name, { bad, all: null }])),
      'No line carries an error.',
    );
    return part.items.length === 0 ? part : { ...part, note: part.note ?? note };
  };
  try {
    const whole = await gather.need('failed lines by reason', ask(endMs - slo.windowMs, endMs));
    return reasons(whole, 'Lines of the logs, which may be sampled.');
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    // A month of lines is more than most Lokis read at once: the stretch that ate most says most.
    const [worst] = eatenStretches(cells, slo.objective);
    if (worst === undefined) return nothing('reason', `The logs of the whole window: ${error.message}`);
    const startMs = Math.max(worst.startMs, worst.endMs - MAX_STRETCH_MS);
    const some = await gather.take('failed lines by reason, worst stretch', ask(startMs, worst.endMs));
    if (some === null) return nothing('reason', 'The logs did not answer.');
    const length = formatDuration(worst.endMs - startMs);
    return reasons(
      some,
      `Of the ${length} that ate most alone: the logs of the whole window are too many to read at once.`,
    );
  }
}

async function byIncident(
  { slo, model }: Objective,
  cells: SloCells,
  { endMs }: Asked,
  gather: Gather,
): Promise<EatenPart> {
  const startMs = endMs - slo.windowMs;
  const incidents = await gather.part('incidents', () => incidentsDuring({ model: model.name, startMs, endMs }));
  if (incidents === null) return nothing('incident', 'Incidents could not be read.');
  if (incidents.length === 0) return nothing('incident', 'No incident of this model was declared in the window.');
  const all = sumValues(cells.bad) ?? 0;
  const items = incidents.flatMap((incident) => {
    const bad = badWithin(cells, { startMs: incident.startMs, endMs: incident.endMs ?? endMs });
    return bad === null || !(all > 0)
      ? []
      : [
          {
            name: `INC-${incident.number} ${incident.title}`,
            bad,
            share: bad / all,
            badRatio: null,
            to: `/incidents/${incident.number}`,
          },
        ];
  });
  const sorted = items.toSorted((a, b) => b.bad - a.bad).slice(0, MAX_ITEMS);
  return { by: 'incident', items: sorted, note: 'What went wrong while each was open; they may overlap.' };
}
