// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';

/** The telemetry systems an answer can come from, and so be blamed on. */
export const SourceKind = z.enum(['prometheus', 'loki', 'tempo', 'alertmanager']);
export type SourceKind = z.infer<typeof SourceKind>;

export const ErrorCode = z.enum([
  'bad_request',
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
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** The one error body on the wire. `message` is a sentence for a person and safe to show. */
export const ErrorBody = z.object({
  error: z.object({
    code: ErrorCode,
    message: z.string(),
    /** The configured name of the source to blame, where one is. */
    source: z.string().optional(),
    /** Dotted paths of bad fields and what each expected, for a form to show. */
    fields: z.record(z.string(), z.string()).optional(),
    /** Where in the query the source found the fault: 1-based, as the source reported it. */
    position: z.object({ line: z.number(), column: z.number() }).optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
