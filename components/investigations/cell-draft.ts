import type { CellContent, CellRange, InvestigationCell } from '@/lib/contracts/investigation';
import { HOUR_MS } from '@/lib/domain/time';
import { NEW_KINDS, type NewKind } from './words';

/** What somebody is writing into a cell, kept by the browser as JSON until it is saved. */
export interface CellDraft {
  /** Made with the draft: a second press is the same cell. Of an edit: the cell's own. */
  id: string;
  kind: NewKind;
  title: string;
  /** The note, or the query. */
  text: string;
  source: string | null;
  params: Record<string, string>;
  /** Null: as the page chooses it. */
  range: CellRange | null;
  /** The version it was made from; null for a new cell. */
  base: { revision: number; title: string; text: string } | null;
  /** A new cell's place: behind this one; null: at the top. */
  afterCellId: string | null;
}

/** Where the browser keeps an edit of a cell; a cell has one, whichever window it was begun in. */
export const editKey = (cellId: string): string => `cell.${cellId}`;

/** Where it keeps a cell that is not there yet: one for each investigation. */
export const newKey = (investigationId: string): string => `cell.new.${investigationId}`;

const isNewKind = (kind: unknown): kind is NewKind => NEW_KINDS.some((one) => one === kind);

/** What a browser kept; null where it is no draft, such as one of an older console. */
export function readDraft(text: string): CellDraft | null {
  if (text === '') return null;
  try {
    const draft: Partial<CellDraft> | null = JSON.parse(text);
    if (draft === null || typeof draft !== 'object' || !isNewKind(draft.kind)) return null;
    const { id, title, text: words, params } = draft;
    if (typeof id !== 'string' || typeof title !== 'string' || typeof words !== 'string') return null;
    if (typeof params !== 'object' || params === null) return null;
    return {
      id,
      kind: draft.kind,
      title,
      text: words,
      params,
      source: draft.source ?? null,
      range: draft.range ?? null,
      base: draft.base ?? null,
      afterCellId: draft.afterCellId ?? null,
    };
  } catch {
    return null;
  }
}

const textOf = (content: CellContent): string =>
  content.kind === 'note' ? content.text : 'query' in content ? content.query : '';

/** A cell as its form begins; null for evidence, which has nothing to write but its title. */
export function draftOf({ id, title, content, revision }: InvestigationCell): CellDraft | null {
  if (content.kind === 'evidence') return null;
  const text = textOf(content);
  return {
    id,
    kind: content.kind,
    title,
    text,
    source: 'source' in content ? content.source : null,
    params: 'params' in content ? content.params : {},
    range: 'range' in content ? content.range : null,
    base: { revision, title, text },
    afterCellId: null,
  };
}

/** A new cell of a kind, about what the page looks at. */
export function newDraft(
  kind: NewKind,
  about: { id: string; afterCellId: string | null; model: string | null; range: CellRange },
): CellDraft {
  const { id, afterCellId, model, range } = about;
  return {
    id,
    kind,
    title: '',
    text: '',
    source: null,
    params: model !== null && (kind === 'comparison' || kind === 'drift') ? { model } : {},
    // A comparison runs since the challenger's first traffic, where nobody says otherwise.
    range: kind === 'note' || kind === 'comparison' ? null : range,
    base: null,
    afterCellId,
  };
}

const LAST_HOUR: CellRange = { lastMs: HOUR_MS };

/** What a draft stores. */
export function contentOf({ kind, text, source, params, range }: CellDraft): CellContent {
  switch (kind) {
    case 'note':
      return { kind, text };
    case 'comparison':
    case 'drift':
      return { kind, params: Object.fromEntries(Object.entries(params).filter(([, value]) => value !== '')), range };
    default:
      return { kind, query: text, source: source === '' ? null : source, range: range ?? LAST_HOUR };
  }
}

/** Why it cannot be saved yet; null where it can. */
export function gapOf({ kind, text, params }: CellDraft): string | null {
  if (kind === 'note') return text.trim() === '' ? 'A note needs some text.' : null;
  if (kind === 'comparison' || kind === 'drift') return params.model ? null : 'Name a model.';
  return text.trim() === '' ? 'Write a query.' : null;
}
