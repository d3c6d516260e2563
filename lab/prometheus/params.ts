import { quote } from '../go/strings';
import type { Matcher } from '../stores';
import { parseDurationMs } from './durations';
import { badData, ParseError } from './errors';
import { describe, type Token, tokens } from './lexer';
import { parseNumber } from './numbers';
import { parseQuery } from './parse';

const invalid = (name: string, problem: string): Error => badData(`invalid parameter ${quote(name)}: ${problem}`);

/** Milliseconds of a time as the API takes it: seconds, whole or broken, or RFC 3339. Null where it is neither. */
function parseTimeMs(text: string): number | null {
  const seconds = parseNumber(text);
  if (seconds !== null) return Number.isFinite(seconds) ? Math.round(seconds * 1000) : null;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** A required time; throws bad_data. */
export function timeParam(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? '';
  const timeMs = parseTimeMs(text);
  if (timeMs === null) throw invalid(name, `cannot parse ${quote(text)} to a valid timestamp`);
  return timeMs;
}

/** A time that may be left out; throws bad_data. */
export function optionalTimeParam(params: URLSearchParams, name: string, otherwiseMs: number): number {
  const text = params.get(name) ?? '';
  if (text === '') return otherwiseMs;
  const timeMs = parseTimeMs(text);
  if (timeMs === null)
    throw invalid(name, `invalid time value for '${name}': cannot parse ${quote(text)} to a valid timestamp`);
  return timeMs;
}

function durationMs(text: string): number | null {
  const seconds = parseNumber(text);
  if (seconds !== null) return Number.isFinite(seconds) ? seconds * 1000 : null;
  return parseDurationMs(text);
}

/** A required duration: seconds or `1m30s`; throws bad_data. */
export function durationParam(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? '';
  const value = durationMs(text);
  if (value === null) throw invalid(name, `cannot parse ${quote(text)} to a valid duration`);
  return value;
}

/** A duration that may be left out; null then. */
export function optionalDurationParam(params: URLSearchParams, name: string): number | null {
  return (params.get(name) ?? '') === '' ? null : durationParam(params, name);
}

/** `lookback_delta`, which has an error text of its own. */
export function lookbackParam(params: URLSearchParams): number | null {
  const text = params.get('lookback_delta') ?? '';
  if (text === '') return null;
  const value = durationMs(text);
  if (value === null)
    throw badData(`error parsing lookback delta duration: cannot parse ${quote(text)} to a valid duration`);
  return value;
}

/** How many results at most; 0 without a limit. */
export function limitParam(params: URLSearchParams, name = 'limit'): number {
  const text = params.get(name) ?? '';
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) throw invalid(name, `strconv.Atoi: parsing ${quote(text)}: invalid syntax`);
  if (Number(text) < 0) throw invalid(name, 'limit must be non-negative');
  return Number(text);
}

/** What stands behind the selector that the text begins with. */
function afterSelector(text: string): Token | undefined {
  const found = tokens(text);
  const braces = found.findIndex((token) => token.text === '{');
  const closed = braces === 0 || braces === 1 ? found.findIndex((token) => token.text === '}') + 1 : 1;
  return found[closed];
}

/** The matchers of every `match[]`; throws bad_data, which only /series lets name the parameter. */
export function matchersParam(params: URLSearchParams, named = false): Matcher[][] {
  const refuse = (problem: string): Error => (named ? invalid('match[]', problem) : badData(problem));
  return params.getAll('match[]').map((text) => {
    try {
      const selector = parseQuery(text);
      if (selector.kind === 'selector' && selector.offsetMs === 0 && selector.at === null) return selector.matchers;
      const token = afterSelector(text);
      throw new ParseError(
        text,
        token?.from ?? 0,
        `unexpected ${token === undefined ? 'expression' : describe(token)}`,
      );
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      if (error.message.includes('must contain at least one non-empty matcher')) {
        throw refuse('match[] must contain at least one non-empty matcher');
      }
      throw refuse(error.message);
    }
  });
}

/** A query's tree, its errors as the API answers them: most endpoints name the parameter, query_exemplars does not. */
export function queryParam(params: URLSearchParams, named = true): ReturnType<typeof parseQuery> {
  try {
    return parseQuery(params.get('query') ?? '');
  } catch (error) {
    if (error instanceof ParseError) throw named ? invalid('query', error.message) : badData(error.message);
    throw error;
  }
}
