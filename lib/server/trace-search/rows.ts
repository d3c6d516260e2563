import 'server-only';
import type { MatchedSpan, TraceRow } from '@/lib/contracts/traces';
import { redactSpanText } from '../redaction/redact-trace';
import type { AttributeValue } from '../tempo/attributes';
import { unscoped } from '../tempo/catalog';
import type { TraceHit } from '../tempo/search';
import { select, withStages } from '../tempo/traceql';
import type { SpanNames } from './names';

const ROOT_FIELD = 'nestedSetParent';
const MAX_TEXT = 1_000;

/** A query that also brings what the table shows of every matched span. */
export const withColumns = (query: string, names: SpanNames): string =>
  withStages(query, [select(['status', ROOT_FIELD, names.model, names.version])]);

/** Whether a query chooses its own columns, which a second choice would replace. */
export const choosesColumns = (query: string): boolean => /\|\s*(?:select|by|coalesce)\s*\(/.test(query);

/** Whether a query names an attribute or intrinsic, as a whole word with or without its scope. */
function isNamed(query: string, key: string): boolean {
  const escaped = key.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return new RegExp(`(?:^|[^\\w.\\-/]|\\b(?:span|resource)\\.|[^\\w]\\.)"?${escaped}(?![\\w.\\-/])`).test(query);
}

const textOf = (value: AttributeValue | undefined): string | null =>
  value === undefined || value === null ? null : redactSpanText(String(value)).slice(0, MAX_TEXT).toWellFormed();

/** How found traces become rows. `asked` is the query as its writer wrote it: what it does not name is not a field. */
export function toTraceRow(hit: TraceHit, about: { names: SpanNames; asked: string; spans: number }): TraceRow {
  const { names, asked } = about;
  const modelKey = unscoped(names.model);
  const versionKey = unscoped(names.version);
  const own = new Set(['status', ROOT_FIELD, modelKey, versionKey].filter((key) => !isNamed(asked, key)));
  const toSpan = ({ attributes, ...span }: TraceHit['spans'][number]): MatchedSpan => ({
    ...span,
    name: redactSpanText(span.name),
    fields: Object.fromEntries(
      Object.entries(attributes)
        .filter(([key]) => !own.has(key))
        .map(([key, value]) => [key, typeof value === 'string' ? redactSpanText(value) : value]),
    ),
  });
  const root = hit.spans.find(({ attributes }) => attributes[ROOT_FIELD] === -1);
  const first = (key: string): string | null =>
    textOf(root?.attributes[key]) ?? textOf(hit.spans.find(({ attributes }) => key in attributes)?.attributes[key]);
  const errorSpans = hit.services.reduce((sum, { errorCount }) => sum + errorCount, 0);
  const knowsServices = hit.services.length > 0;
  const rootStatus = root?.attributes.status;
  return {
    traceId: hit.traceId,
    rootService: textOf(hit.rootServiceName),
    rootName: textOf(hit.rootName),
    startMs: hit.startMs,
    traceDurationMs: hit.durationMs,
    rootDurationMs: root?.durationMs ?? null,
    model: first(modelKey),
    version: first(versionKey),
    failed: rootStatus !== undefined ? rootStatus === 'error' : knowsServices ? errorSpans > 0 : null,
    errorSpans: knowsServices ? errorSpans : null,
    spanCount: knowsServices ? hit.services.reduce((sum, { spanCount }) => sum + spanCount, 0) : null,
    matched: hit.matched,
    spans: hit.spans.slice(0, about.spans).map(toSpan),
  };
}
