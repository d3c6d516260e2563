import * as z from 'zod/mini';
import { ERROR_CODES } from './error-body';

/** The telemetry systems an answer can come from, and so be blamed on. */
export const SourceKind = z.enum(['prometheus', 'loki', 'tempo', 'alertmanager']);
export type SourceKind = z.infer<typeof SourceKind>;

export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** The one error body on the wire. `message` is a sentence for a person and safe to show. */
export const ErrorBody = z.object({
  error: z.object({
    code: ErrorCode,
    message: z.string(),
    /** The configured name of the source to blame, where one is. */
    source: z.optional(z.string()),
    /** Dotted paths of bad fields and what each expected, for a form to show. */
    fields: z.optional(z.record(z.string(), z.string())),
    /** Where in the query the source found the fault: 1-based, as the source reported it. */
    position: z.optional(z.object({ line: z.number(), column: z.number() })),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
