/** A filter of log lines as it stands in an address, and how many lines there may be. Apart from the contract: the page needs no parser. */

/** Lines a browser holds at most, and an export writes at most. */
export const MAX_HELD_LINES = 50_000;
export const PAGE_LINES = 1_000;
/** Lines of the pages behind the first: who reads on, reads far. */
export const LATER_PAGE_LINES = 2_500;

/** Where a field comes from, which decides how LogQL reaches it. */
export const FIELD_KINDS = ['label', 'meta', 'json', 'logfmt'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

const FILTER_OPS = ['=', '!=', '=~', '!~'] as const;
export type FilterOp = (typeof FILTER_OPS)[number];

/** A filter by one field: `json:error=FeatureStoreTimeout`. */
export interface FieldFilter {
  kind: FieldKind;
  /** A name as LogQL takes it: letters, digits and underscores. */
  name: string;
  op: FilterOp;
  value: string;
}

const FILTER = /^(label|meta|json|logfmt):([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)(.*)$/s;
const MAX_VALUE_CHARS = 2_000;

/** One filter as one text, for a list in an address. */
export const writeFilter = ({ kind, name, op, value }: FieldFilter): string =>
  encodeURIComponent(`${kind}:${name}${op}${value}`);

/** Null when the text is not a filter. */
export function readFilter(text: string): FieldFilter | null {
  try {
    const [, kindText, name, opText, value] = FILTER.exec(decodeURIComponent(text)) ?? [];
    const kind = FIELD_KINDS.find((one) => one === kindText);
    const op = FILTER_OPS.find((one) => one === opText);
    if (kind === undefined || name === undefined || op === undefined || value === undefined) return null;
    return value.length > MAX_VALUE_CHARS ? null : { kind, name, op, value };
  } catch {
    // A percent sign that encodes nothing.
    return null;
  }
}
