import * as z from 'zod';
import { CELL_KINDS, MAX_CELL_CHARACTERS, MAX_TITLE_CHARACTERS } from './incident-words';
import { ModelName } from './range';
import { ClientId, IncidentKey, InstantMs, Person, Revision, Tags, typedText, writtenText } from './written-text';

/** An investigation in an address: its UUID or its number. */
const InvestigationKey = z
  .string()
  .regex(/^([0-9a-f-]{36}|\d{1,9})$/i, { error: 'expected the number or the UUID of an investigation' })
  .transform((key) => key.toLowerCase());

export const InvestigationParams = z.object({ investigationId: InvestigationKey });
export type InvestigationParams = z.infer<typeof InvestigationParams>;

/** The time a live cell looks at: so much before now, or from one instant to another. */
export const CellRange = z.union([
  z.object({
    lastMs: z
      .number()
      .int()
      .min(1_000)
      .max(400 * 86_400_000),
  }),
  z
    .object({ startMs: InstantMs, endMs: InstantMs })
    .refine(({ startMs, endMs }) => startMs < endMs, { error: 'startMs must lie before endMs', path: ['startMs'] }),
]);
export type CellRange = z.infer<typeof CellRange>;

const query = z.string().max(20_000);

/** Parameters of a page or an endpoint, flat as an address carries them. */
const params = z.record(z.string().max(100), z.string().max(4_000)).refine((all) => Object.keys(all).length <= 60, {
  error: 'at most 60 parameters',
});

/** What a cell shows while it is live: a text, a query of its own, or a page's question by its parameters. */
export const CellContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('note'), text: typedText('a note', MAX_CELL_CHARACTERS) }),
  z.object({
    kind: z.literal('metric'),
    query,
    source: z.string().max(100).nullable().default(null),
    range: CellRange,
  }),
  z.object({ kind: z.literal('logs'), query, source: z.string().max(100).nullable().default(null), range: CellRange }),
  z.object({
    kind: z.literal('traces'),
    query,
    source: z.string().max(100).nullable().default(null),
    range: CellRange,
  }),
  z.object({ kind: z.literal('comparison'), params, range: CellRange.nullable().default(null) }),
  z.object({ kind: z.literal('drift'), params, range: CellRange.nullable().default(null) }),
  /** Only what was frozen; it has nothing live. */
  z.object({ kind: z.literal('evidence') }),
]);
export type CellContent = z.infer<typeof CellContent>;

export const InvestigationCell = z.object({
  id: z.uuid(),
  kind: z.enum(CELL_KINDS),
  title: z.string(),
  content: CellContent,
  /** live: asked anew when it is looked at. frozen: shown from its evidence. */
  state: z.enum(['live', 'frozen']),
  evidenceId: z.string().nullable(),
  author: Person,
  createdAtMs: z.number(),
  editedAtMs: z.number().nullable(),
  editedBy: z.string().nullable(),
  revision: z.number().int().positive(),
});
export type InvestigationCell = z.infer<typeof InvestigationCell>;

export const InvestigationSummary = z.object({
  id: z.uuid(),
  number: z.number().int().positive(),
  title: z.string(),
  question: z.string(),
  model: z.string().nullable(),
  tags: z.array(z.string()),
  cells: z.number().int(),
  author: Person,
  createdAtMs: z.number(),
  changedAtMs: z.number(),
  archivedAtMs: z.number().nullable(),
  incidents: z.array(z.object({ id: z.uuid(), number: z.number(), title: z.string() })),
  /** The investigation it was duplicated from. */
  copiedFrom: z.object({ id: z.uuid(), number: z.number(), title: z.string() }).nullable(),
  revision: z.number().int().positive(),
  activity: z.number().int().positive(),
});
export type InvestigationSummary = z.infer<typeof InvestigationSummary>;

export const Investigation = InvestigationSummary.extend({
  /** In their order. */
  list: z.array(InvestigationCell),
});
export type Investigation = z.infer<typeof Investigation>;

export const InvestigationList = z.object({
  investigations: z.array(InvestigationSummary),
  nextCursor: z.string().nullable(),
  /** Tags in use, the most used first. */
  tags: z.array(z.object({ tag: z.string(), investigations: z.number().int() })),
});
export type InvestigationList = z.infer<typeof InvestigationList>;

export const InvestigationsParams = z.object({
  /** Words in title, question, tags and notes. */
  q: z.string().max(200).optional(),
  tag: z.string().max(50).optional(),
  model: ModelName.optional(),
  /** UUID or number of the incident it is attached to. */
  incident: IncidentKey.optional(),
  archived: z.stringbool().default(false),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type InvestigationsParams = z.infer<typeof InvestigationsParams>;
export type InvestigationsAsked = {
  q?: string;
  tag?: string;
  model?: string;
  incident?: string;
  archived?: boolean;
  cursor?: string;
  limit?: number;
};

const title = writtenText('a title', MAX_TITLE_CHARACTERS);
const question = writtenText('a question', 2_000, 0);
const cellTitle = writtenText('a title', MAX_TITLE_CHARACTERS, 0);

export const NewInvestigation = z.object({
  id: ClientId,
  title,
  question: question.default(''),
  model: ModelName.nullable().default(null),
  tags: Tags.default([]),
  /** Incident to attach it to at once. */
  incident: IncidentKey.nullable().default(null),
});
export type NewInvestigation = z.infer<typeof NewInvestigation>;
export type NewInvestigationAsked = z.input<typeof NewInvestigation>;

export const InvestigationEdit = z.object({
  investigationId: InvestigationKey,
  revision: Revision,
  title: title.optional(),
  question: question.optional(),
  model: ModelName.nullable().optional(),
  tags: Tags.optional(),
  archived: z.boolean().optional(),
});
export type InvestigationEdit = z.infer<typeof InvestigationEdit>;

/** A new cell, behind `afterCellId`; null: at the top; absent: at the end. */
export const NewCell = z
  .object({
    investigationId: InvestigationKey,
    id: ClientId,
    title: cellTitle.default(''),
    content: CellContent,
    state: z.enum(['live', 'frozen']).default('live'),
    evidenceId: z.uuid().nullable().default(null),
    afterCellId: z.uuid().nullable().optional(),
  })
  .refine((cell) => cell.evidenceId !== null || (cell.state === 'live' && cell.content.kind !== 'evidence'), {
    path: ['evidenceId'],
    error: 'a frozen cell shows evidence: name it',
  });
export type NewCell = z.infer<typeof NewCell>;
export type NewCellAsked = Omit<z.input<typeof NewCell>, 'investigationId'>;

/** An edit of a cell. Another's newer edit answers 409 whose `fields` hold `revision` and `content` (JSON) as it is now. */
export const CellEdit = z.object({
  investigationId: InvestigationKey,
  cellId: ClientId,
  revision: Revision,
  title: cellTitle.optional(),
  content: CellContent.optional(),
  state: z.enum(['live', 'frozen']).optional(),
  evidenceId: z.uuid().nullable().optional(),
  /** True takes it out of the notebook; false puts it back. */
  removed: z.boolean().optional(),
});
export type CellEdit = z.infer<typeof CellEdit>;

/** Puts a cell behind another one; null: at the top. */
export const CellMove = z.object({
  investigationId: InvestigationKey,
  cellId: ClientId,
  afterCellId: z.uuid().nullable(),
});
export type CellMove = z.infer<typeof CellMove>;

/** A copy with the same cells, live where they can be: a template for the next time. */
export const InvestigationCopy = z.object({
  investigationId: InvestigationKey,
  id: ClientId,
  title: title.optional(),
});
export type InvestigationCopy = z.infer<typeof InvestigationCopy>;

/** Attaches an investigation to an incident, or takes it off. Doing it again changes nothing. */
export const InvestigationAttachment = z.object({
  investigationId: InvestigationKey,
  incident: IncidentKey,
  attach: z.boolean(),
});
export type InvestigationAttachment = z.infer<typeof InvestigationAttachment>;
