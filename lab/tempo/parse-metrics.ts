import type { AttributeRef, CompareOp, MetricsStage, SecondStage } from './ast';
import { METRIC_WORDS, parseError } from './lexer';
import { parseAttribute, parseAttributeList, parseFilter } from './parse-field';
import { isNumeric } from './static';
import type { TokenReader } from './token-reader';

/** The server groups by at most this many attributes. */
const MAX_GROUP_BY = 5;
const DEFAULT_TOP_N = 10;

/** Whether the next token begins a metrics stage; nothing is taken. */
export const atMetric = (reader: TokenReader): boolean =>
  reader.peek().kind === 'word' && METRIC_WORDS.has(reader.peek().text);

/** A metrics stage with its grouping, the reader at its name. Throws TraceqlError for a quantile outside of 0 to 1. */
export function parseMetric(reader: TokenReader): MetricsStage {
  const { text, at } = reader.next();
  reader.expect('(');
  switch (text) {
    case 'rate':
    case 'count_over_time':
      reader.expect(')');
      return { metric: text, by: parseBy(reader) };
    case 'min_over_time':
    case 'max_over_time':
    case 'avg_over_time':
    case 'sum_over_time':
    case 'histogram_over_time': {
      const field = parseAttribute(reader);
      reader.expect(')', false);
      return { metric: text, field, by: parseBy(reader) };
    }
    case 'quantile_over_time': {
      const field = parseAttribute(reader);
      const quantiles: number[] = [];
      reader.expect(',');
      do quantiles.push(parseNumber(reader));
      while (reader.take(','));
      reader.expect(')', false);
      for (const quantile of quantiles) {
        if (quantile < 0 || quantile > 1) {
          throw parseError(reader.query, at, `quantile must be between 0 and 1: ${quantile}`);
        }
      }
      return { metric: text, field, quantiles, by: parseBy(reader) };
    }
    default:
      return parseCompare(reader, at);
  }
}

function parseCompare(reader: TokenReader, at: number): MetricsStage {
  const filter = parseFilter(reader);
  const numbers: number[] = [];
  while (numbers.length < 3 && reader.take(',')) numbers.push(parseNumber(reader));
  reader.expect(')', false);
  if (numbers.length === 2) throw reader.unexpected();
  const [topN = DEFAULT_TOP_N, startNs = 0, endNs = 0] = numbers;
  if (topN <= 0 || !Number.isInteger(topN)) {
    throw parseError(reader.query, at, 'compare() top number of values must be integer greater than 0');
  }
  if (numbers.length === 3 && (startNs <= 0 || endNs <= 0)) {
    throw parseError(reader.query, at, 'compare() timestamps must be positive integer unix nanoseconds');
  }
  if (numbers.length === 3 && endNs <= startNs) {
    throw parseError(reader.query, at, 'compare() end timestamp must be greater than start timestamp');
  }
  return { metric: 'compare', filter, topN, startNs, endNs, by: [] };
}

function parseBy(reader: TokenReader): AttributeRef[] {
  const { at } = reader.peek();
  if (!reader.take('by')) return [];
  const by = parseAttributeList(reader);
  if (by.length > MAX_GROUP_BY) {
    throw parseError(reader.query, at, `maximum number of by() attributes is ${MAX_GROUP_BY}, got ${by.length}`);
  }
  return by;
}

/** A number, in seconds where it is written as a duration: metrics over durations are seconds. */
function parseNumber(reader: TokenReader): number {
  const negative = reader.take('-');
  const token = reader.peek();
  if (token.kind !== 'static' || !isNumeric(token.value)) throw reader.unexpected();
  reader.next();
  const value = token.value.type === 'duration' ? token.value.value / 1e9 : token.value.value;
  return negative ? -value : value;
}

const THRESHOLD_OPS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);
const isThresholdOp = (text: string): text is CompareOp => THRESHOLD_OPS.has(text);

/** `> 10`, `| topk(5)`, `| bottomk(5)`, any number of times. */
export function parseSecondStages(reader: TokenReader, isCompare: boolean): SecondStage[] {
  const stages: SecondStage[] = [];
  for (;;) {
    const { text, kind, at } = reader.peek();
    if (kind === 'symbol' && isThresholdOp(text)) {
      reader.next();
      stages.push({ stage: 'compareWith', op: text, value: parseNumber(reader) });
    } else if (reader.take('|')) {
      const word = reader.peek().text;
      if (word !== 'topk' && word !== 'bottomk') throw reader.unexpected();
      reader.next();
      reader.expect('(');
      const limit = parseNumber(reader);
      reader.expect(')');
      if (!Number.isInteger(limit) || limit <= 0) {
        throw parseError(reader.query, at, `${word} limit must be greater than 0`);
      }
      stages.push({ stage: word, limit });
    } else return stages;
    if (isCompare) throw parseError(reader.query, at, 'compare() cannot be followed by a second stage');
  }
}
