/** The one error body on the wire as a browser reads it. Apart from its schema: every page would load the parser for it. */

export const ERROR_CODES = [
  'bad_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'not_configured',
  'upstream_unreachable',
  'upstream_rejected',
  'upstream_malformed',
  'upstream_timeout',
  'storage_unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What failed. `message` is a sentence for a person and safe to show. */
export interface WireError {
  code: ErrorCode;
  message: string;
  source?: string | undefined;
  fields?: Record<string, string> | undefined;
  position?: { line: number; column: number } | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === 'string');

const isPosition = (value: unknown): value is { line: number; column: number } =>
  isRecord(value) && Number.isFinite(value.line) && Number.isFinite(value.column);

/** A code this console knows; null for any other text. */
export const readErrorCode = (text: unknown): ErrorCode | null => ERROR_CODES.find((code) => code === text) ?? null;

/** What an error body says; null where it is none: a proxy in between may have answered. */
export function readErrorBody(body: unknown): WireError | null {
  const error = isRecord(body) ? body.error : null;
  if (!isRecord(error)) return null;
  const { message, source, fields, position } = error;
  const code = readErrorCode(error.code);
  if (code === null || typeof message !== 'string') return null;
  if (source !== undefined && typeof source !== 'string') return null;
  if (fields !== undefined && !isTexts(fields)) return null;
  if (position !== undefined && !isPosition(position)) return null;
  return {
    code,
    message,
    ...(source === undefined ? {} : { source }),
    ...(fields === undefined ? {} : { fields }),
    ...(position === undefined ? {} : { position: { line: position.line, column: position.column } }),
  };
}
