import 'server-only';
import type { ErrorCode } from '@/lib/contracts/error';
import type { SourceConfig } from '../config';
import { AppError, type AppErrorDetails } from '../errors';

/** What a source said when it refused: the parts a client may explain better than the status alone does. */
export interface Refusal {
  status: number;
  contentType: string;
  /** The beginning of the body, at most 64 KiB. */
  text: string;
  headers: Headers;
}

/** A client's reading of a refusal; what it leaves out is said from the status. */
export interface Explanation {
  /** The source's own words. */
  said?: string;
  code?: ErrorCode;
  /** The source's own class of the error, where it has one ("bad_data"). */
  kind?: string;
  position?: { line: number; column: number };
  /** What to do about it, as a sentence. */
  advice?: string;
}

/** An error of a source that answered: its status is kept for clients that fall back to an older endpoint. */
export class UpstreamError extends AppError {
  readonly upstreamStatus: number;
  readonly upstreamKind: string | null;

  constructor(code: ErrorCode, message: string, details: AppErrorDetails & { status: number; kind?: string }) {
    const { status, kind, ...rest } = details;
    super(code, message, rest);
    this.name = 'UpstreamError';
    this.upstreamStatus = status;
    this.upstreamKind = kind ?? null;
  }
}

/** Whether the source answered with one of these statuses. */
export const hasStatus = (error: unknown, ...statuses: readonly number[]): error is UpstreamError =>
  error instanceof UpstreamError && statuses.includes(error.upstreamStatus);

/** Whether the source lacks the endpoint, as older versions and other flavours do. */
export const isEndpointMissing = (error: unknown): error is UpstreamError => hasStatus(error, 404, 405, 501);

/**
 * How Loki and Tempo word a refusal: with the place in the query where it does not parse; a limit is told by its words
 * alone, which `advice` pairs with what helps.
 */
export function explainWords(said: string, advice: readonly (readonly [RegExp, string])[]): Explanation {
  const place = /parse error at line (\d+), col (\d+)/.exec(said);
  const helps = advice.find(([pattern]) => pattern.test(said))?.[1];
  return {
    said,
    ...(place ? { position: { line: Number(place[1]), column: Number(place[2]) } } : {}),
    ...(helps === undefined ? {} : { advice: helps }),
  };
}

const MAX_SAID = 600;

/** A source's words made fit for one line: no control characters, bounded. */
export function plainWords(text: string): string {
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .toWellFormed();
  return plain.length > MAX_SAID ? `${plain.slice(0, MAX_SAID).toWellFormed()}…` : plain;
}

/** Whether an answer is a web page. */
export const looksLikeHtml = (refusal: Pick<Refusal, 'contentType' | 'text'>): boolean =>
  /html/i.test(refusal.contentType) || /^\s*<(?:!doctype|html)/i.test(refusal.text);

function retryAfter(headers: Headers): string {
  const value = headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(value)) return ` It asks to wait ${value} s.`;
  return value === '' ? '' : ` It asks to wait until ${plainWords(value)}.`;
}

/** The sentence and the code of a refusal: which source, what it said, what to try. */
export function refusalError(source: SourceConfig, path: string, refusal: Refusal, explained: Explanation): AppError {
  const { status } = refusal;
  const said = plainWords(explained.said ?? (looksLikeHtml(refusal) ? '' : refusal.text));
  const words = said === '' ? '' : `: ${said}`;
  const advice = explained.advice === undefined ? '' : ` ${explained.advice}`;
  const make = (code: ErrorCode, message: string) =>
    new UpstreamError(explained.code ?? code, message, {
      source: source.name,
      status,
      ...(explained.kind === undefined ? {} : { kind: explained.kind }),
      ...(explained.position === undefined ? {} : { position: explained.position }),
    });
  const name = source.name;

  if (status >= 300 && status < 400) {
    return make(
      'upstream_rejected',
      `${name} answered with a redirect (${status}), which is not followed so that no credential leaves for another address: set the final address in windsock.yaml.`,
    );
  }
  if (status === 401) return make('upstream_rejected', `${name} answered 401: check its credentials in windsock.yaml.`);
  if (status === 403) {
    return make('upstream_rejected', `${name} answered 403: its credentials in windsock.yaml do not allow this.`);
  }
  if (status === 404 && explained.said === undefined) {
    return make(
      'upstream_rejected',
      `${name} answered 404 to ${path}: check its address in windsock.yaml, or its version may lack this.`,
    );
  }
  if (status === 429) {
    return make('upstream_rejected', `${name} is asked too much (429)${words}.${retryAfter(refusal.headers)}${advice}`);
  }
  if (status === 504 || explained.code === 'upstream_timeout') {
    return make(
      'upstream_timeout',
      `${name} ran out of time (${status})${words}. Try a shorter range or a simpler query.`,
    );
  }
  if (status === 502 || status === 503 || explained.code === 'upstream_unreachable') {
    return make(
      'upstream_unreachable',
      `${name} is not ready (${status})${words}.${retryAfter(refusal.headers)}${advice === '' ? ' Try again in a moment.' : advice}`,
    );
  }
  if (status >= 500) return make('upstream_rejected', `${name} failed (${status})${words}.${advice}`);
  return make('upstream_rejected', `${name} refused the request (${status})${words}.${advice}`);
}

/** An answer that arrived but cannot be read. */
export const malformed = (source: SourceConfig, what: string, cause?: unknown): AppError =>
  new AppError('upstream_malformed', `${source.name} ${what}`, { source: source.name, cause });

/** The sentence for an answer that is a web page: usually a login, or a proxy in between. */
export const HTML_ANSWER =
  'answered with a web page instead of data: check its address in windsock.yaml; a login page or a proxy may stand in between.';
