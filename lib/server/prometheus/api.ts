import 'server-only';
import type { z } from 'zod';
import type { Provenance } from '../answer';
import type { SourceConfig } from '../config';
import { type AnswerSpan, type ClientOptions, fetchCached } from '../upstream/cached';
import type { Explanation, Refusal } from '../upstream/error';
import type { UpstreamParams } from '../upstream/url';
import { ErrorEnvelope, envelope } from './schema';

/** Beyond this a query goes as a form: proxies cut addresses at 8 KB, some at 4. */
const MAX_ADDRESS = 2_000;

/** The words of every version for "you set a limit". */
const LIMIT_WARNING = /^results truncated due to limit/;

export interface PrometheusData<T> extends Provenance {
  data: T;
  /** Whether the server cut the answer at the limit that was asked for. */
  limited: boolean;
}

export interface PrometheusAsk<S extends z.ZodType> {
  path: string;
  params?: UpstreamParams;
  data: S;
  span: AnswerSpan;
  signal: AbortSignal;
  /** Whether the endpoint also takes a form. */
  form?: boolean;
  whenEmpty?: unknown;
  /** False shares the answer in flight only: the caller keeps what it makes of it. */
  keep?: boolean;
}

export type PrometheusApi = <S extends z.ZodType>(ask: PrometheusAsk<S>) => Promise<PrometheusData<z.output<S>>>;

/** How a Prometheus error is read: by its errorType, since `unavailable` comes as 500 and `timeout` as 503. */
function explainPrometheus({ contentType, text }: Refusal): Explanation {
  if (!/json/i.test(contentType)) return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  const parsed = ErrorEnvelope.safeParse(body);
  if (!parsed.success) return {};
  const { errorType, error } = parsed.data;
  const place = /(\d+):(\d+): parse error/.exec(error);
  return {
    said: error,
    kind: errorType,
    ...(place ? { position: { line: Number(place[1]), column: Number(place[2]) } } : {}),
    ...(errorType === 'timeout' || errorType === 'canceled' ? { code: 'upstream_timeout' as const } : {}),
    ...(errorType === 'unavailable' ? { code: 'upstream_unreachable' as const } : {}),
    ...(/too many samples|max_samples|err-mimir-max/.test(error)
      ? { advice: 'Try a shorter range, a longer step or fewer series.' }
      : {}),
  };
}

/**
 * Warnings in a steady order: the server iterates a map. Infos come last; before 2.54 they were among the warnings and
 * are known by their prefix.
 */
function orderWarnings(warnings: readonly string[], infos: readonly string[]): string[] {
  const isInfo = (text: string) => text.startsWith('PromQL info');
  const all = [...new Set([...warnings, ...infos])].sort();
  return [...all.filter((text) => !isInfo(text)), ...all.filter(isInfo)];
}

const envelopes = new WeakMap<z.ZodType, z.ZodType>();

/** The envelope around a schema, made once: a schema is compiled at its first use, which costs more than a small answer. */
function envelopeOf<S extends z.ZodType>(data: S): ReturnType<typeof envelope<S>> {
  const known = envelopes.get(data);
  if (known !== undefined) return known as ReturnType<typeof envelope<S>>;
  const made = envelope(data);
  envelopes.set(data, made);
  return made;
}

/** Asks one source, through the cache, and reads the envelope. */
export function prometheusApi(source: SourceConfig, options: ClientOptions): PrometheusApi {
  return async (ask) => {
    const params = ask.params ?? {};
    const schema = envelopeOf(ask.data);
    const long = JSON.stringify(params).length > MAX_ADDRESS;
    const answer = await fetchCached(
      {
        source,
        path: ask.path,
        params,
        method: ask.form && long ? 'FORM' : 'GET',
        schema,
        signal: ask.signal,
        explain: explainPrometheus,
        ...('whenEmpty' in ask
          ? { whenEmpty: { status: 'success', data: ask.whenEmpty } as z.input<typeof schema> }
          : {}),
      },
      ask.span,
      options,
      // An answer with a store missing may be whole at the next asking.
      (value) => ask.keep !== false && value.isPartial !== true && !(value.warnings ?? []).some(isIncomplete),
    );
    const { warnings, infos, isPartial } = answer.value;
    // Parsed by the envelope just now; its generic object type hides the field.
    const { data } = answer.value as { data: z.output<typeof ask.data> };
    const said = orderWarnings(warnings ?? [], infos ?? []);
    const incomplete = said.filter(isIncomplete);
    const rest = said.filter((text) => !LIMIT_WARNING.test(text));
    return {
      data,
      limited: said.some((text) => LIMIT_WARNING.test(text)),
      elapsedMs: answer.elapsedMs,
      requestUrl: answer.requestUrl,
      cached: answer.cached,
      warnings: rest,
      truncated:
        isPartial === true || incomplete.length > 0
          ? `${source.name} says its answer may be incomplete${incomplete[0] === undefined ? '' : `: ${incomplete[0]}`}.`
          : null,
    };
  };
}

/** Warnings that are not about the query: with Thanos, Mimir and remote read, a store that did not answer. */
const isIncomplete = (text: string): boolean => !text.startsWith('PromQL ') && !LIMIT_WARNING.test(text);

/** Milliseconds as the seconds every endpoint takes. */
export const toSeconds = (ms: number): string => String(ms / 1000);
