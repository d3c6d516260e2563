import 'server-only';
import type { FieldFilter } from '@/lib/contracts/log-filter';
import type { Why } from '@/lib/contracts/why';
import { LEVEL_LABELS, spellingsOf, toLevel } from '@/lib/domain/log-level';
import { type Answer, whyOf } from '../answer';
import { getConfig } from '../config';
import { AppError } from '../errors';
import type { LokiClient } from '../loki/client';
import {
  anyCase,
  anyFieldFilter,
  fieldFilter,
  lineContains,
  lineContainsAnyCase,
  PARSE_JSON,
  PARSE_LOGFMT,
  pipeline,
  selectorOf,
  streamMatcher,
  streamMatcherAnyOf,
  streamSelector,
} from '../loki/logql';
import { openLoki } from '../telemetry';

/** The parts of a filter, parsed. */
export interface LogFilter {
  query?: string | undefined;
  model?: string | undefined;
  service?: readonly string[] | undefined;
  level?: readonly string[] | undefined;
  text?: string | undefined;
  where?: readonly FieldFilter[] | undefined;
}

interface Range {
  startMs: number;
  endMs: number;
}

/** The Loki behind the Logs page. Throws `not_configured` without one. */
export function requireLoki(): LokiClient {
  const loki = openLoki();
  if (loki !== null) return loki;
  throw new AppError('not_configured', 'No Loki is configured. Name one under sources.loki in windsock.yaml.');
}

const SERVICE_LABELS = ['service_name', 'service', 'app', 'job', 'container'] as const;

/** What the index labels of a Loki are called; a part that no label holds is null. */
export interface StreamLabels {
  all: readonly string[];
  model: string | null;
  service: string | null;
  level: string | null;
}

/** Which index labels hold model, service and level, by what is there and by what the configuration names. */
export function streamLabels(all: readonly string[]): StreamLabels {
  const { logFields } = getConfig().signals;
  const first = (names: readonly (string | undefined)[]) =>
    names.find((name) => name !== undefined && all.includes(name)) ?? null;
  return {
    all,
    model: first([logFields.model_name, 'model_name']),
    service: first([logFields.service, ...SERVICE_LABELS]),
    level: first([logFields.level, ...LEVEL_LABELS]),
  };
}

export interface WrittenQuery {
  /** LogQL of a log query. */
  query: string;
  labels: StreamLabels;
  why: Why[];
}

/** LogQL of a filter: the reader's own, or written from the parts of the builder. */
export async function writeQuery(
  loki: LokiClient,
  filter: LogFilter,
  range: Range,
  signal: AbortSignal,
): Promise<WrittenQuery> {
  if (filter.query !== undefined) {
    refuseMetric(filter.query);
    const { stages, parsers, afterParser } = fieldStages(filter.where ?? []);
    const behind = [...stages, ...parsers, ...afterParser];
    // On a line of their own: the reader's last one may end in a comment.
    const query = behind.length === 0 ? filter.query : `${filter.query}\n${behind.join(' ')}`;
    return { query, labels: streamLabels([]), why: [] };
  }
  const answer = await loki.labels({ startMs: range.startMs, endMs: range.endMs }, signal);
  const labels = streamLabels(answer.value);
  const isModelInStream = await modelIsInStreams(loki, { filter, labels, range }, signal);
  return { query: compose(filter, labels, isModelInStream), labels, why: [whyOf(answer, 'names of stream labels')] };
}

function refuseMetric(query: string): void {
  if (selectorOf(query) !== null || /^\s*(?:#[^\n]*\n\s*)*[({]/.test(query)) return;
  throw new AppError(
    'bad_request',
    'This query gives numbers; the Logs page shows lines. Begin with a stream selector such as {service_name="…"}.',
    { fields: { query: 'a log query, which begins with {' }, position: { line: 1, column: 1 } },
  );
}

/** Services beside the model (gateways, feature stores) name it in their lines, not in their streams. */
async function modelIsInStreams(
  loki: LokiClient,
  { filter, labels, range }: { filter: LogFilter; labels: StreamLabels; range: Range },
  signal: AbortSignal,
): Promise<boolean> {
  if (filter.model === undefined || labels.model === null) return false;
  if (labels.service === null || (filter.service ?? []).length === 0) return true;
  const selector = streamSelector([
    streamMatcherAnyOf(labels.service, filter.service ?? []),
    streamMatcher(labels.model, '=', filter.model),
  ]);
  const found: Answer<readonly unknown[]> = await loki.series({ match: [selector], ...range }, signal);
  return found.value.length > 0;
}

function compose(filter: LogFilter, labels: StreamLabels, isModelInStream: boolean): string {
  const { logFields } = getConfig().signals;
  const where = filter.where ?? [];
  const isIndexed = ({ kind, name }: FieldFilter) => kind === 'label' && labels.all.includes(name);
  const matchers: string[] = [];
  const stages: (string | null)[] = [];
  const parsers = new Set<string>();
  const afterParser: string[] = [];

  if (labels.service !== null && filter.service !== undefined) {
    const services = streamMatcherAnyOf(labels.service, filter.service);
    if (services !== null) matchers.push(services);
  }
  if (filter.model !== undefined) {
    if (isModelInStream && labels.model !== null) matchers.push(streamMatcher(labels.model, '=', filter.model));
    else {
      stages.push(lineContains(filter.model));
      parsers.add(PARSE_JSON);
      afterParser.push(fieldFilter(logFields.model_name ?? 'model_name', '=', filter.model));
    }
  }
  const spellings = (filter.level ?? []).flatMap((level) => spellingsOf(toLevel(level)));
  if (spellings.length > 0) {
    if (labels.level !== null) matchers.push(streamMatcher(labels.level, '=~', anyCase(spellings)));
    else {
      parsers.add(PARSE_JSON);
      afterParser.push(anyFieldFilter(['detected_level', logFields.level ?? 'level'], '=~', anyCase(spellings)));
    }
  }
  for (const { name, op, value } of where.filter(isIndexed)) matchers.push(streamMatcher(name, op, value));
  if (filter.text !== undefined && filter.text !== '') stages.push(lineContainsAnyCase(filter.text));
  const fields = fieldStages(where.filter((each) => !isIndexed(each)));
  stages.push(...fields.stages);
  for (const parser of fields.parsers) parsers.add(parser);
  afterParser.push(...fields.afterParser);
  return pipeline(selectorFrom(matchers, labels), [...stages, ...parsers, ...afterParser]);
}

/** Filters by fields: what comes before the parsers, the parsers they need, and what comes behind them. */
function fieldStages(where: readonly FieldFilter[]) {
  const stages: string[] = [];
  const parsers = new Set<string>();
  const afterParser: string[] = [];
  for (const one of where) {
    if (one.kind === 'label' || one.kind === 'meta') {
      stages.push(fieldFilter(one.name, one.op, one.value));
      continue;
    }
    // Lines without the text cannot have the value: Loki throws them out before it parses.
    if (one.op === '=' && isSpelledOneWay(one.value)) stages.push(lineContains(one.value));
    parsers.add(one.kind === 'json' ? PARSE_JSON : PARSE_LOGFMT);
    afterParser.push(fieldFilter(one.name, one.op, one.value));
  }
  return { stages, parsers, afterParser };
}

/** Texts that JSON and logfmt write letter for letter; a number may be written in several ways. */
const isSpelledOneWay = (value: string): boolean =>
  value.length >= 3 && /^[\x20-\x7e]+$/.test(value) && !/["\\/<>&]/.test(value) && Number.isNaN(Number(value));

/** Loki wants one matcher that cannot match the empty text: every stream has a service, or some label. */
function selectorFrom(matchers: readonly string[], labels: StreamLabels): string {
  const isBound = matchers.some((one) => /[a-zA-Z0-9_]="(?!")/.test(one) || /=~/.test(one));
  if (isBound) return streamSelector(matchers);
  const any = labels.service ?? labels.all.find((name) => name !== labels.level) ?? labels.all[0] ?? SERVICE_LABELS[0];
  return streamSelector([...matchers, streamMatcher(any, '=~', '.+')]);
}
