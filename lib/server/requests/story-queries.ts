import 'server-only';
import type { PastedId } from '@/lib/domain/pasted-id';
import type { SignalsConfig } from '../config';
import {
  fieldIsAny,
  isFilterable,
  lineContains,
  lineContainsAny,
  pipeline,
  streamMatcher,
  streamSelector,
} from '../loki/logql';
import { anyOfConditions, attribute, condition, intrinsic, spanset, statusIsNot } from '../tempo/traceql';

/** Labels that every stream is likely to have one of; Loki itself adds the first from 3.0 on. */
const STREAM_LABELS = ['service_name', 'service', 'app', 'job', 'container', 'namespace', 'model_name', 'filename'];

/** Labels that tell one service's stream from another's and are few: never an id that a server may have put there. */
const SERVICE_LABELS = ['service_name', 'service', 'app', 'job', 'namespace', 'container', 'model_name', 'model'];

/** A selector of every stream, by a label that streams here have; null when there is none. */
export function everyStream(labels: readonly string[]): string | null {
  const label = STREAM_LABELS.find((name) => labels.includes(name)) ?? labels.find((name) => !name.startsWith('__'));
  return label === undefined ? null : streamSelector([streamMatcher(label, '=~', '.+')]);
}

/**
 * The names that log lines here have for fields of the contract, by signals.logFields; the contract's own name where
 * nothing is set.
 */
export const logFieldOf =
  ({ logFields }: SignalsConfig) =>
  (name: string): string =>
    logFields[name] ?? name;

/** The same of attributes of spans, by signals.spanAttributes. */
export const spanAttributeOf =
  ({ spanAttributes }: SignalsConfig) =>
  (name: string): string =>
    spanAttributes[name] ?? name;

const FIELD: Readonly<Record<PastedId['kind'], string>> = { request: 'request_id', trace: 'trace_id', span: 'span_id' };

/** Texts a line about these ids would hold: trace ids also as they look without their leading zeros. */
const textsOf = (ids: readonly PastedId[]): string[] => {
  const short = ids.flatMap(({ kind, id }) => {
    const bare = id.replace(/^0+/, '');
    return kind === 'trace' && bare.length >= 16 ? [bare] : [];
  });
  return [...new Set([...ids.map(({ id }) => id), ...short])].filter(
    // A text that holds another one finds nothing that the shorter does not.
    (text, _, all) => !all.some((other) => other !== text && text.includes(other)),
  );
};

/** Lines that hold one of the ids in their text, as a JSON field or anywhere. */
export function linesByText(selector: string, ids: readonly PastedId[]): string {
  const texts = textsOf(ids);
  const [only = ''] = texts;
  return pipeline(selector, [texts.length === 1 ? lineContains(only) : lineContainsAny(texts)]);
}

/** Lines with one of the ids in a label or in structured metadata; null where no such name can be filtered on. */
export function linesByField(selector: string, ids: readonly PastedId[], signals: SignalsConfig): string | null {
  const pairs = ids.flatMap(({ kind, id }) => {
    const name = logFieldOf(signals)(FIELD[kind]);
    return isFilterable(name) ? [{ name, value: id }] : [];
  });
  return pairs.length === 0 ? null : pipeline(selector, [fieldIsAny(pairs)]);
}

/** Spans of one of the ids; null where none of them can be searched for. */
export function spansById(ids: readonly PastedId[], signals: SignalsConfig): string | null {
  const conditions = ids.flatMap(({ kind, id }) => {
    if (kind === 'request') return [condition(attribute('any', spanAttributeOf(signals)('request_id')), '=', id)];
    return kind === 'span' ? [condition(intrinsic('span:id'), '=', id)] : [];
  });
  return conditions.length === 0 ? null : spanset([anyOfConditions(conditions)]);
}

/** Lines of the same service and model that name the version and the segment. */
export function similarLines(labels: Readonly<Record<string, string>>, texts: readonly string[]): string | null {
  const matchers = SERVICE_LABELS.flatMap((name) => {
    const value = labels[name];
    return value === undefined || value === '' ? [] : [streamMatcher(name, '=', value)];
  });
  return matchers.length === 0 ? null : pipeline(streamSelector(matchers), texts.map(lineContains));
}

/** Root spans of the same model, version and segment that did not fail. */
export function similarTraces(
  said: { model: string; version: string | null; segment: string | null },
  signals: SignalsConfig,
): string {
  const name = spanAttributeOf(signals);
  const is = (field: string, value: string | null) =>
    value === null ? null : condition(attribute('any', name(field)), '=', value);
  return spanset([
    is('model_name', said.model),
    is('model_version', said.version),
    is('user_segment', said.segment),
    statusIsNot('error'),
  ]);
}
