import 'server-only';
import type { z } from 'zod';
import type { SourceConfig } from '../config';
import { type AnswerSpan, type CachedAnswer, type ClientOptions, fetchCached } from '../upstream/cached';
import { type Explanation, hasStatus, type Refusal } from '../upstream/error';
import type { UpstreamParams } from '../upstream/url';

const MAX_ADDRESS = 2_000;

/** Limits are refused with 400 like mistakes are: the text tells which, and what helps. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/time range exceeds the limit/, 'Choose a shorter range.'],
  [/maximum (?:number )?of series/, 'Group by fewer labels, or narrow the query.'],
  [/would read too many bytes|too large to execute/, 'Choose a shorter range, or add label matchers.'],
  [/max entries limit/, 'Ask for fewer lines.'],
  [/exceeded maximum resolution/, 'Choose a longer step.'],
  [/at least one regexp or equality matcher/, 'Name at least one label value.'],
];

/** How a Loki error is read: plain text, but for format_query and the ruler, which send JSON. */
export function explainLoki({ status, contentType, text }: Refusal): Explanation {
  if (status === 401 || status === 404 || status >= 500 || /html/i.test(contentType)) return {};
  const said = /json/i.test(contentType) ? (errorField(text) ?? text) : text;
  const place = /parse error at line (\d+), col (\d+)/.exec(said);
  const advice = ADVICE.find(([pattern]) => pattern.test(said))?.[1];
  return {
    said,
    ...(place ? { position: { line: Number(place[1]), column: Number(place[2]) } } : {}),
    ...(advice === undefined ? {} : { advice }),
  };
}

function errorField(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
      ? body.error
      : null;
  } catch {
    return null;
  }
}

export interface LokiAsk<S extends z.ZodType> {
  path: string;
  params?: UpstreamParams;
  schema: S;
  span: AnswerSpan;
  signal: AbortSignal;
  headers?: Readonly<Record<string, string>>;
  accept?: 'json' | 'text';
}

export type LokiApi = <S extends z.ZodType>(ask: LokiAsk<S>) => Promise<CachedAnswer<z.output<S>>>;

/** Asks one Loki, through the cache; long queries go as a form, which every read endpoint takes. */
export function lokiApi(source: SourceConfig, options: ClientOptions): LokiApi {
  return (ask) =>
    fetchCached(
      {
        source,
        path: ask.path,
        params: ask.params ?? {},
        method: JSON.stringify(ask.params ?? {}).length > MAX_ADDRESS ? 'FORM' : 'GET',
        headers: ask.headers ?? {},
        accept: ask.accept ?? 'json',
        schema: ask.schema,
        signal: ask.signal,
        explain: explainLoki,
      },
      ask.span,
      options,
    );
}

/** Null where this server lacks the endpoint: every newer one is optional. */
export async function optional<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (hasStatus(error, 404, 405, 501)) return null;
    throw error;
  }
}
