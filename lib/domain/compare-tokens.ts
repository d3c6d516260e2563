import type { Measure } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { absentMeasure, stateAgainstZero, toMeasure } from './compare-state';
import { formatCount, formatNumber } from './format';
import { Z_95 } from './histogram';

/** What language models read and write for a request, and what that costs. */

/** Cells with requests a side from which the spread of a ratio is known. */
const MIN_CELLS = 10;
const PER_MILLION = 1e6;
const PER_THOUSAND = 1_000;

interface Ratio {
  value: number;
  /** Variance of the ratio, from how far its cells lie from it. */
  variance: number;
  requests: number;
}

/**
 * A total per request over time cells, with the variance of a ratio estimator:
 *   R = Σtᵢ / Σnᵢ,  Var R = c/(c−1) · Σ(tᵢ − R·nᵢ)² / (Σnᵢ)²
 * c cells with requests, in which both are measured. Null under ten of them. Counters tell no spread within a cell, and
 * need not: cells are what varies, bad minutes included.
 */
export function ratioPerRequest(
  totals: readonly (number | null)[],
  requests: readonly (number | null)[],
): Ratio | null {
  const cells = requests.flatMap((n, i) => {
    const t = totals[i] ?? null;
    return n === null || t === null || !(n > 0) || !Number.isFinite(t) ? [] : [{ n, t }];
  });
  if (cells.length < MIN_CELLS) return null;
  const all = cells.reduce((sum, { n }) => sum + n, 0);
  const value = cells.reduce((sum, { t }) => sum + t, 0) / all;
  const squares = cells.reduce((sum, { n, t }) => sum + (t - value * n) ** 2, 0);
  return { value, variance: ((cells.length / (cells.length - 1)) * squares) / all ** 2, requests: all };
}

/** Rows of tokens per request and, where prices are configured, of cost; none for a stack without tokens and prices. */
export function tokenMeasures({ tokens, cells }: CompareInputs): Measure[] {
  if (tokens == null) return [];
  const { counted, price } = tokens;
  const both = { unit: 'number', group: 'cost', limit: null } as const;
  const costHead = {
    ...both,
    id: 'cost',
    name: `Cost per 1 000 requests${price === null ? '' : `, ${price.currency}`}`,
    worse: 'up',
  } as const;
  if (counted === null || cells === null) {
    const definition =
      'this stack counts no tokens, or none are there; signals.overrides.inputTokens and outputTokens name yours';
    return price === null ? [] : [absentMeasure({ ...costHead, definition })];
  }
  const row = (
    head: Pick<Measure, 'id' | 'name' | 'unit' | 'group' | 'limit' | 'worse' | 'definition'>,
    of: (side: 'champion' | 'challenger') => (number | null)[],
  ): Measure => {
    const a = ratioPerRequest(of('champion'), cells.champion.requests);
    const b = ratioPerRequest(of('challenger'), cells.challenger.requests);
    if (a === null || b === null) return absentMeasure(head, 'not-enough-data');
    const difference = b.value - a.value;
    const half = Z_95 * Math.sqrt(a.variance + b.variance);
    const interval = { low: difference - half, high: difference + half };
    return toMeasure({
      ...head,
      champion: a.value,
      challenger: b.value,
      difference,
      interval,
      intervalKind: 'fixed',
      samples: `${formatCount(a.requests)} · ${formatCount(b.requests)}`,
      state: stateAgainstZero(interval, head.worse),
    });
  };
  const how = '95 % interval of a ratio over the time cells';
  const rows = (['input', 'output'] as const).map((kind) =>
    row(
      {
        ...both,
        id: `tokens-${kind}`,
        name: `${kind === 'input' ? 'Input' : 'Output'} tokens per request`,
        // More or fewer tokens are neither better nor worse by themselves.
        worse: null,
        definition: `${kind} tokens ÷ requests; ${how}`,
      },
      (side) => counted[side][kind],
    ),
  );
  if (price === null) return rows;
  const costOf = (side: 'champion' | 'challenger'): (number | null)[] =>
    counted[side].input.map((input, i) => {
      const output = counted[side].output[i] ?? null;
      if (input === null || output === null) return null;
      return ((input * price.inputPerMillion + output * price.outputPerMillion) / PER_MILLION) * PER_THOUSAND;
    });
  const prices = `${formatNumber(price.inputPerMillion)} and ${formatNumber(price.outputPerMillion)} ${price.currency}`;
  return [
    ...rows,
    row({ ...costHead, definition: `tokens at the configured ${prices} per million read and written; ${how}` }, costOf),
  ];
}
