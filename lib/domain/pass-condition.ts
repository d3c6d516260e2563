import { formatCount, formatMs, formatNumber, formatRate, formatRatioPercent } from './format';

export interface PassCondition {
  operator: '<=' | '<' | '>=' | '>' | '==';
  bound: number;
}

/** `<= 0.01` as a condition; null for anything else. */
export function parsePass(text: string): PassCondition | null {
  const match = /^\s*(<=|<|>=|>|==)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*$/i.exec(text);
  if (match === null) return null;
  const operator = match[1];
  const known = (['<=', '<', '>=', '>', '=='] as const).find((one) => one === operator);
  return known === undefined ? null : { operator: known, bound: Number(match[2]) };
}

/** Whether a value meets a condition. */
export function passes({ operator, bound }: PassCondition, value: number): boolean {
  switch (operator) {
    case '<=':
      return value <= bound;
    case '<':
      return value < bound;
    case '>=':
      return value >= bound;
    case '>':
      return value > bound;
    case '==':
      return value === bound;
  }
}

/** A value of a step in its unit. */
export function stepValue(value: number, unit: string): string {
  if (unit === 'ratio') return formatRatioPercent(value);
  if (unit === 'rate') return formatRate(value);
  if (unit === 'count') return formatCount(value);
  if (unit === 'seconds') return formatMs(value * 1_000);
  if (unit === 'ms') return formatMs(value);
  return formatNumber(value);
}

const WORDS = { '<=': 'at most', '<': 'less than', '>=': 'at least', '>': 'more than', '==': 'exactly' } as const;

/** A condition in words: "at most 2 %"; as written where it is none. */
export function passWords(text: string, unit: string): string {
  const condition = parsePass(text);
  return condition === null ? text : `${WORDS[condition.operator]} ${stepValue(condition.bound, unit)}`;
}
