import 'server-only';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';

/** Codes of system calls and of the HTTP client that mean: no answer ever began. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  ECONNRESET: 'it closed the connection without an answer',
  EPIPE: 'it closed the connection without an answer',
  UND_ERR_SOCKET: 'it closed the connection without an answer',
  ETIMEDOUT: 'its address does not respond',
  UND_ERR_CONNECT_TIMEOUT: 'its address does not respond',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
  EADDRNOTAVAIL: 'this machine has no free port for the connection',
  ECONNABORTED: 'the connection was given up',
};

const TLS = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|EPROTO)/;

function codeOf(error: unknown): string | null {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    // Several addresses of one name failed: the first says enough.
    if (current instanceof AggregateError && current.errors.length > 0) return codeOf(current.errors[0]);
  }
  return null;
}

/** Whether fetch failed before any answer began; what fails later is not this. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof TypeError && !(error instanceof AppError) && error.message === 'fetch failed';

/** Whether something answered that is not HTTP. The parser's error has a code on Node 20 and only its name from 24 on. */
export const speaksOtherProtocol = (error: unknown): boolean =>
  /^HPE_|^UND_ERR_HEADERS_OVERFLOW/.test(codeOf(error) ?? '') ||
  (error instanceof Error && error.cause instanceof Error && error.cause.name === 'HTTPParserError');

export const NOT_HTTP =
  'answered with something that is not HTTP: check the port of its address in windsock.yaml (gRPC and HTTP have their own).';

/** Why no answer began, as the second half of a sentence and without an address: "nothing listens at its address". */
export function networkReason(cause: unknown): string {
  const code = codeOf(cause) ?? '';
  if (TLS.test(code)) return `its certificate is not accepted (${code})`;
  return UNREACHABLE[code] ?? (code === '' ? 'the connection failed' : `the connection failed (${code})`);
}

/** The sentence for a source that cannot be reached, with its reason and without its credentials. */
export function unreachableError(source: SourceConfig, cause: unknown): AppError {
  return new AppError(
    'upstream_unreachable',
    `${source.name} cannot be reached: ${networkReason(cause)}. Check that it runs and that its address in windsock.yaml is right.`,
    { source: source.name, cause },
  );
}
