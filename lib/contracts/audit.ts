import * as z from 'zod';

/** Entries of one page of the audit. */
export const AUDIT_PAGE = 100;

/** One change and who made it. */
export const AuditEntry = z.object({
  id: z.string(),
  /** Place in the chain; null for an entry that stands beside it. */
  sequence: z.number().int().positive().nullable(),
  atMs: z.number(),
  /** Null: erased. */
  actor: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** What was done, for example note.create. */
  action: z.string(),
  /** What it was done to, for example note:UUID. */
  subject: z.string(),
  /** JSON text; null where there was nothing, or where it was erased. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Whether what it said before or after was erased. */
  isErased: z.boolean(),
  /** Hash of the entry in the chain; null beside it. */
  hash: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditPage = z.object({
  /** Newest first. */
  entries: z.array(AuditEntry),
  /** `before` of the next page; null on the last one. */
  next: z.number().nullable(),
  /** Actions there are, for a choice. */
  actions: z.array(z.string()),
});
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditParams = z.object({
  /** Entries before this place in the chain; the newest without it. */
  before: z.coerce.number().int().min(1).optional(),
  /** An action, or the noun before its dot. */
  action: z
    .string()
    .regex(/^[a-z_]+(\.[a-z_]+)?$/, { error: 'expected an action such as note.create, or note' })
    .optional(),
  /** The whole subject, or its beginning up to the colon: `note:`. */
  subject: z.string().min(1).max(400).optional(),
  /** Id of who did it. */
  actor: z.string().min(1).max(400).optional(),
});
export type AuditParams = z.infer<typeof AuditParams>;

/** Whether the chain of the audit holds, and where it is broken. */
export const AuditVerification = z.object({
  state: z.enum(['intact', 'broken']),
  verifiedAtMs: z.number(),
  /** Entries that fit, from the first on. */
  entries: z.number().int().nonnegative(),
  /** Entries of them that lost a value on request. */
  erased: z.number().int().nonnegative(),
  /** Hash of the last entry that fits; null when there is none. */
  hash: z.string().nullable(),
  checkpoints: z.object({
    file: z.string(),
    count: z.number().int().nonnegative(),
    newest: z.object({ sequence: z.number(), atMs: z.number() }).nullable(),
  }),
  /** The first entry that does not fit; null when all do. */
  broken: z
    .object({
      /** Place in the chain; null beside it. */
      sequence: z.number().nullable(),
      id: z.string().nullable(),
      kind: z.enum(['altered', 'missing', 'moved', 'rewritten', 'beside']),
      reason: z.string(),
    })
    .nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;
