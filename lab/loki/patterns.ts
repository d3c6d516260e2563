import type { LabAnswer, LabRequest } from '../http';
import type { LogStore } from '../stores';
import { lokiJson } from './answers';
import { parseError } from './errors';
import { checkRange, MAX_ENTRIES, rangeOf, stepOf } from './params';
import { parseQuery } from './parse';
import { noCost, readWindows } from './windows';

const ANY = '<_>';
/** Least share of equal tokens for a line to join a cluster, and most clusters kept, of Loki's drain settings. */
const SIMILARITY = 0.3;
const MAX_CLUSTERS = 300;
const MAX_TOKENS = 80;
/** Past so many lines no older ones are clustered: the newest say enough. */
const MAX_LINES = MAX_ENTRIES * 10;
const MESSAGE_FIELDS = ['message', 'msg', '_msg', 'content', 'log', 'event', 'error'];

interface Cluster {
  tokens: string[];
  counts: Map<number, number>;
  total: number;
}

/** The text of a JSON line that its writer meant as the message, between wildcards; other lines as they are. */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line;
  for (const field of MESSAGE_FIELDS) {
    const at = line.indexOf(`"${field}":"`);
    if (at < 0) continue;
    const value = /^"((?:[^"\\]|\\.)*)"/.exec(line.slice(at + field.length + 3))?.[1];
    if (value) return `${ANY}${value}${ANY}`;
  }
  return line;
}

const VARIABLE = /^(?=.*\d)[\w.:+-]+$/;

/** Words and the blanks between them are not kept apart: a token is what stands between blanks, numbers masked. */
function tokensOf(line: string): string[] {
  const tokens = messageOf(line).split(/\s+/).slice(0, MAX_TOKENS);
  return tokens.map((token) => {
    const pair = /^([A-Za-z_][\w.]*=)(.+)$/.exec(token);
    if (pair?.[2] && VARIABLE.test(pair[2])) return `${pair[1]}${ANY}`;
    return VARIABLE.test(token) ? ANY : token;
  });
}

function similarity(cluster: readonly string[], tokens: readonly string[]): number {
  let same = 0;
  for (const [index, token] of tokens.entries()) if (cluster[index] === token) same++;
  return same / tokens.length;
}

/** Clusters of lines in the manner of the drain algorithm: same number of tokens, same first one, enough in common. */
class PatternMiner {
  private readonly buckets = new Map<string, Cluster[]>();
  private size = 0;

  add(line: string, bucketS: number): void {
    const tokens = tokensOf(line);
    const key = `${tokens.length} ${tokens[0] ?? ''}`;
    const bucket = this.buckets.get(key) ?? [];
    this.buckets.set(key, bucket);
    let best: Cluster | undefined;
    let score = SIMILARITY;
    for (const cluster of bucket) {
      const found = similarity(cluster.tokens, tokens);
      if (found >= score) [best, score] = [cluster, found];
    }
    if (!best) {
      if (this.size >= MAX_CLUSTERS) return;
      this.size++;
      best = { tokens, counts: new Map(), total: 0 };
      bucket.push(best);
    } else if (score < 1) {
      best.tokens = best.tokens.map((token, index) => (token === tokens[index] ? token : ANY));
    }
    best.total++;
    best.counts.set(bucketS, (best.counts.get(bucketS) ?? 0) + 1);
  }

  /** Patterns with their counts by time, the most frequent first; clusters that became one pattern are added up. */
  patterns(): { pattern: string; samples: [number, number][] }[] {
    const merged = new Map<string, { counts: Map<number, number>; total: number }>();
    for (const { tokens, counts, total } of [...this.buckets.values()].flat()) {
      const pattern = tokens.join(' ').replace(/<_>(?:\s?<_>)+/g, ANY);
      const sum = merged.get(pattern) ?? { counts: new Map<number, number>(), total: 0 };
      merged.set(pattern, sum);
      sum.total += total;
      for (const [at, count] of counts) sum.counts.set(at, (sum.counts.get(at) ?? 0) + count);
    }
    return [...merged]
      .sort(([, a], [, b]) => b.total - a.total)
      .map(([pattern, { counts }]) => ({ pattern, samples: [...counts].sort(([a], [b]) => a - b) }));
  }
}

/** `/patterns`: times in whole seconds at the start of their step. */
export function patterns(store: LogStore, request: LabRequest): LabAnswer {
  const range = rangeOf(request.params, request.nowMs);
  checkRange(range);
  const stepS = Math.max(10, Math.floor(stepOf(request.params, range) / 1e9));
  const expr = parseQuery(request.params.get('query') ?? '');
  if (expr.kind !== 'log' || expr.stages.length > 0) throw parseError('only log selector is supported');
  const miner = new PatternMiner();
  const cost = noCost();
  const read = { matchers: expr.matchers, ...range, backward: true, hints: { contains: [] }, cost, whole: false };
  for (const streams of readWindows(store, read)) {
    for (const entry of streams.flatMap(({ entries }) => entries)) {
      cost.lines++;
      const seconds = Number(entry.timeNs / 1_000_000_000n);
      miner.add(entry.line, seconds - (seconds % stepS));
    }
    if (cost.lines >= MAX_LINES) break;
  }
  return lokiJson({ status: 'success', data: miner.patterns() });
}
