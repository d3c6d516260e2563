import 'server-only';
import type { SourceConfig } from '../config';
import { type ClientOptions, fetchCached, type SourceApi } from '../upstream/cached';
import { type Explanation, explainWords, isEndpointMissing, type Refusal } from '../upstream/error';

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
  return explainWords(said, ADVICE);
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

/** Asks one Loki, through the cache; long queries go as a form, which every read endpoint takes. */
export function lokiApi(source: SourceConfig, options: ClientOptions): SourceApi {
  return ({ span, ...ask }) => {
    const method = JSON.stringify(ask.params ?? {}).length > MAX_ADDRESS ? 'FORM' : 'GET';
    return fetchCached({ ...ask, source, method, explain: explainLoki }, span, options);
  };
}

/** Null where this server lacks the endpoint: every newer one is optional. */
export async function optional<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isEndpointMissing(error)) return null;
    throw error;
  }
}
