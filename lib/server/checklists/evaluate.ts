import 'server-only';
import type { Checklist, Probe } from '@/lib/contracts/checklist';
import { parsePass, passes, passWords, stepValue } from '@/lib/domain/pass-condition';
import { toQueryDuration } from '@/lib/domain/time';
import { AppError } from '../errors';
import { quote as quoteLogql } from '../loki/logql';
import { quote as quotePromql } from '../prometheus/promql';
import { openLoki, openTelemetry } from '../telemetry';

export interface StepAnswered {
  state: 'pass' | 'fail' | 'unknown';
  value: number | null;
  sentence: string;
}

export interface Variables {
  model: string | null;
  version: string | null;
  rangeMs: number;
}

/** A query whose variables are filled in where they are known. */
type Asked = Pick<Probe, 'query' | 'language'>;

const VARIABLE = /\{\{(model|version|range)\}\}/g;

/** A query with its variables as quoted values; null where one is not known, with which. */
export function fillQuery(
  query: string,
  language: 'promql' | 'logql',
  { model, version, rangeMs }: Variables,
): { query: string } | { lacks: string } {
  const values = { model, version };
  const quote = language === 'promql' ? quotePromql : quoteLogql;
  for (const [, name] of query.matchAll(VARIABLE)) {
    if ((name === 'model' || name === 'version') && values[name] === null) return { lacks: name };
  }
  return {
    query: query.replace(VARIABLE, (_, name: string) =>
      name === 'range' ? toQueryDuration(rangeMs) : quote(values[name === 'model' ? 'model' : 'version'] ?? ''),
    ),
  };
}

/** A checklist with every query filled in that can be. */
export const fillChecklist = (checklist: Checklist, variables: Variables): Checklist => ({
  ...checklist,
  steps: checklist.steps.map((step) => {
    if (step.query === null || step.language === null) return step;
    const filled = fillQuery(step.query, step.language, variables);
    return 'query' in filled ? { ...step, query: filled.query } : step;
  }),
});

async function valuesOf({ language, query }: Asked, atMs: number, signal: AbortSignal) {
  if (language === 'logql') {
    const loki = openLoki();
    if (loki === null) throw new AppError('not_configured', 'No Loki is configured, which this query would ask.');
    return (await loki.instant(query, atMs, signal)).value;
  }
  const { prometheus } = await openTelemetry(atMs);
  return (await prometheus.instant(query, atMs, signal)).value;
}

/**
 * Asks a query with a condition. Of several series every one must meet the condition, and the one that is told is the furthest
 * from it. No answer is no pass: it is unknown, with the reason.
 */
export async function answerProbe(
  asked: Asked,
  condition: { pass: string; unit: string },
  { atMs, signal }: { atMs: number; signal: AbortSignal },
): Promise<StepAnswered> {
  const wanted = parsePass(condition.pass);
  const unknown = (sentence: string): StepAnswered => ({ state: 'unknown', value: null, sentence });
  if (wanted === null) return unknown('Its condition cannot be read.');
  const [, lacks] = /\{\{(model|version)\}\}/.exec(asked.query) ?? [];
  if (lacks !== undefined) return unknown(`The incident names no ${lacks}, which the query needs.`);
  try {
    const samples = await valuesOf(asked, atMs, signal);
    const values = samples.flatMap(({ value }) => (value === null ? [] : [value]));
    if (values.length === 0) return unknown('The query found nothing: no such signal here, or no traffic.');
    const least = wanted.operator === '>=' || wanted.operator === '>';
    const furthest = values.reduce((worst, value) => (least === value < worst ? value : worst));
    const failing = wanted.operator === '==' ? values.find((value) => value !== wanted.bound) : undefined;
    const value = failing ?? furthest;
    const holds = passes(wanted, value);
    const bound = passWords(condition.pass, condition.unit);
    return {
      state: holds ? 'pass' : 'fail',
      value,
      sentence: `${stepValue(value, condition.unit)}; it passes with ${bound}.`,
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    return unknown(error.message);
  }
}
