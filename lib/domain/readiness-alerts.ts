import type { ReadinessResult } from '@/lib/contracts/readiness';
import { formatCount, formatDuration } from './format';
import { countEvidence, durationEvidence, judged, MAX_NAMED, named } from './readiness';
import { freshLabels, labelGauge, plain, quieter, runbookFor } from './readiness-snippets';
import { DAY_MS } from './time';

const FIRES_A_WEEK = { fail: 21, watch: 7 };
/** Least retention where no objective asks for more. */
export const LEAST_RETENTION_MS = { prometheus: 14 * DAY_MS, loki: 7 * DAY_MS, tempo: 7 * DAY_MS } as const;

/** runbooks: alerting rules of every source. */
export function judgeRunbooks(rules: readonly { name: string; hasRunbook: boolean }[]): ReadinessResult {
  const without = [...new Set(rules.filter(({ hasRunbook }) => !hasRunbook).map(({ name }) => name))].toSorted();
  const evidence = [countEvidence('alerting rules', rules.length), countEvidence('without a runbook', without.length)];
  if (rules.length === 0) {
    const remedy = plain('Take over the rules of the SLOs page: each has a runbook link.');
    return judged('watch', 'No alerting rule is loaded: nobody is called when something breaks.', {
      evidence,
      remedy,
    });
  }
  if (without.length === 0) return judged('pass', `All ${rules.length} alerting rules link a runbook.`, { evidence });
  return judged(
    'fail',
    `${without.length} of ${rules.length} alerting rules ${without.length === 1 ? 'links' : 'link'} no runbook: ${named(without)}.`,
    { evidence, remedy: runbookFor(without) },
  );
}

/** noisy-alerts. `counts`: how often each began to fire in the last week; null: could not be asked. */
export function judgeNoise(counts: readonly { name: string; fired: number }[] | null): ReadinessResult {
  if (counts === null) return judged('unknown', 'How often alerts fired could not be asked.');
  const sorted = counts.toSorted((a, b) => b.fired - a.fired || (a.name < b.name ? -1 : 1));
  const noisy = sorted.filter(({ fired }) => fired > FIRES_A_WEEK.watch);
  const evidence = sorted.slice(0, 3).map(({ name, fired }) => countEvidence(`times ${name} began to fire`, fired));
  const [worst] = noisy;
  if (worst === undefined) {
    const [most] = sorted;
    return judged(
      'pass',
      most === undefined
        ? 'No alert fired in the last 7 d.'
        : `The most frequent, ${most.name}, began to fire ${formatCount(most.fired)} times in 7 d.`,
      { evidence },
    );
  }
  return judged(
    worst.fired >= FIRES_A_WEEK.fail ? 'fail' : 'watch',
    `${noisy
      .map(({ name, fired }) => `${name} began to fire ${formatCount(fired)} times`)
      .slice(0, MAX_NAMED)
      .join('; ')} in 7 d.`,
    { evidence, remedy: quieter() },
  );
}

/** label-freshness. Age null: no label was ever seen of the model; signal absent: nothing measures it. */
export function judgeFreshness(
  model: string,
  {
    ageMs,
    boundMs,
    metric,
    isMeasured,
  }: { ageMs: number | null; boundMs: number; metric: string; isMeasured: boolean },
): ReadinessResult {
  const evidence = [durationEvidence('age of the newest label', ageMs), durationEvidence('bound', boundMs)];
  if (!isMeasured || ageMs === null) {
    const cause = isMeasured ? `${metric} has no value for ${model}` : `there is no ${metric} in this Prometheus`;
    return judged('unknown', `When labels of ${model} arrived is not measured: ${cause}.`, {
      model,
      evidence,
      remedy: labelGauge(),
    });
  }
  if (ageMs <= boundMs) {
    return judged('pass', `The newest label of ${model} is ${formatDuration(ageMs)} old.`, {
      model,
      evidence,
    });
  }
  return judged(
    'fail',
    `The newest label of ${model} is ${formatDuration(ageMs)} old, over its bound of ${formatDuration(boundMs)}.`,
    {
      model,
      evidence,
      remedy: freshLabels(model),
    },
  );
}

export interface RetentionFound {
  source: string;
  kind: keyof typeof LEAST_RETENTION_MS;
  /** Null: it does not say. Infinity: for good. */
  keptMs: number | null;
  /** As the source wrote it. */
  written: string | null;
  /** Where it was asked: "/api/v1/status/runtimeinfo". */
  asked: string;
  /** What is needed of it. */
  neededMs: number;
}

const SETTING: Readonly<Record<RetentionFound['kind'], string>> = {
  prometheus: '--storage.tsdb.retention.time',
  loki: 'limits_config.retention_period, with compactor.retention_enabled',
  tempo: 'compactor.compaction.block_retention',
};

/** retention: as asked of the source; what does not answer is unknown, never assumed. */
export function judgeRetention({ source, kind, keptMs, written, asked, neededMs }: RetentionFound): ReadinessResult {
  const evidence = [
    durationEvidence('kept', keptMs !== null && Number.isFinite(keptMs) ? keptMs : null),
    durationEvidence('needed', neededMs),
  ];
  if (keptMs === null) {
    const said = written === null ? `does not answer ${asked}` : `says "${written}", which names no time`;
    return judged('unknown', `${source} ${said}: how long it keeps its data is not known.`, {
      subject: source,
      evidence,
      remedy: plain(`Look at ${SETTING[kind]} of ${source}, and sign it off below; or let its gateway pass ${asked}.`),
    });
  }
  const kept = Number.isFinite(keptMs) ? formatDuration(keptMs) : 'for good';
  if (keptMs >= neededMs) return judged('pass', `${source} keeps its data ${kept}.`, { subject: source, evidence });
  return judged('fail', `${source} keeps its data ${kept}, where ${formatDuration(neededMs)} are needed.`, {
    subject: source,
    evidence,
    remedy: plain(`Raise ${SETTING[kind]} of ${source}, or shorten the objective that needs more.`),
  });
}
