/** What of a trace search stands in an address. Apart from the contract: a page reads its address without a parser. */

export const TRACE_ORDERS = ['newest', 'slowest'] as const;

/** Traces a search gives at most. */
export const TRACE_LIMITS = [100, 200, 500, 1_000] as const;

export const SPAN_STATUSES = ['ok', 'error', 'unset'] as const;

/** Which of the found traces are asked about. */
export const SELECTION_KINDS = ['slow', 'failed', 'box'] as const;

/** Longest duration that can be asked for, milliseconds: a year. */
export const MAX_DURATION_MS = 31_536_000_000;

export const ATTRIBUTE_OPS = ['=', '!=', '>', '>=', '<', '<=', '=~', '!~'] as const;
export type AttributeOp = (typeof ATTRIBUTE_OPS)[number];

/** The type of a value in TraceQL: 200 does not match "200". A keyword is a word such as `error`. */
export const ATTRIBUTE_TYPES = ['string', 'int', 'float', 'bool', 'duration', 'keyword'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/** A field as TraceQL writes it (`span.model_version`, `name`), compared with one value. */
export interface AttributeCondition {
  field: string;
  op: AttributeOp;
  type: AttributeType;
  value: string;
}

const MAX_CONDITIONS = 20;
const MAX_FIELD_CHARS = 1_000;
const MAX_VALUE_CHARS = 4_000;

/** Characters of a list of conditions at most. */
export const MAX_CONDITIONS_CHARS = 40_000;

/** Conditions as one parameter: comma-separated, each `field~op~type~value` with its parts percent-encoded. */
export const formatConditions = (conditions: readonly AttributeCondition[]): string =>
  conditions.map(({ field, op, type, value }) => [field, op, type, value].map(encodePart).join('~')).join(',');

const encodePart = (part: string): string => encodeURIComponent(part.toWellFormed()).replaceAll('~', '%7E');

function parseCondition(item: string): AttributeCondition | null {
  const [field, opText, typeText, value, ...rest] = item.split('~').map(decodeURIComponent);
  const op = ATTRIBUTE_OPS.find((one) => one === opText);
  const type = ATTRIBUTE_TYPES.find((one) => one === typeText);
  if (field === undefined || op === undefined || type === undefined || value === undefined || rest.length > 0) {
    return null;
  }
  if (field === '' || field.length > MAX_FIELD_CHARS || value.length > MAX_VALUE_CHARS) return null;
  return { field, op, type, value };
}

/** The conditions of a parameter, or null when it is not written as formatConditions() writes it. */
export function parseConditions(text: string): AttributeCondition[] | null {
  if (text === '') return [];
  const parsed: AttributeCondition[] = [];
  for (const item of text.split(',')) {
    try {
      const condition = parseCondition(item);
      if (condition === null) return null;
      parsed.push(condition);
    } catch {
      // A percent sign that encodes nothing.
      return null;
    }
  }
  return parsed.length > MAX_CONDITIONS ? null : parsed;
}
