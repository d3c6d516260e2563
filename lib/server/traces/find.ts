import 'server-only';
import type { TraceAnalysis } from '@/lib/domain/trace-analysis';
import { redactSpanText } from '../redaction/redact-trace';
import type { LoadedTrace } from './load';
import { readJson } from './resource';

/** Spans whose JSON is looked into for one search, at most: a text such as "value" stands in the form of every one. */
const MAX_LOOKED_INTO = 20_000;
const REMEMBERED = 4;

const held = new WeakMap<TraceAnalysis, Map<string, ReadonlySet<number>>>();

/**
 * Spans in which a text stands, in any case: in their name, service, id, status message, or in a key or value of their
 * attributes and events. In the order of the rows.
 */
export function findSpans(trace: LoadedTrace, analysis: TraceAnalysis, text: string): ReadonlySet<number> {
  const wanted = text.toLowerCase();
  const known = held.get(analysis) ?? new Map<string, ReadonlySet<number>>();
  held.set(analysis, known);
  const before = known.get(wanted);
  if (before !== undefined) return before;
  const { parsed } = trace;
  const isNameWanted = parsed.names.map((name) => name.toLowerCase().includes(wanted));
  const isServiceWanted = parsed.services.map((service) => service.toLowerCase().includes(wanted));
  const byText = spansByText(trace, wanted);
  const found = new Set<number>();
  for (const index of analysis.tree.order) {
    if (
      isNameWanted[parsed.name[index] ?? -1] ||
      isServiceWanted[parsed.service[index] ?? -1] ||
      byText.has(index) ||
      parsed.spanIds[index]?.includes(wanted)
    ) {
      found.add(index);
    }
  }
  known.set(wanted, found);
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return found;
}

/** One pass of the regular expression engine over the whole text, then a closer look at the spans it stopped in. */
function spansByText({ parsed }: LoadedTrace, wanted: string): Set<number> {
  const inJson = JSON.stringify(wanted).slice(1, -1);
  const pattern = new RegExp(inJson.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  const byPlace = Array.from({ length: parsed.count }, (_, i) => i).sort(
    (a, b) => (parsed.from[a] ?? 0) - (parsed.from[b] ?? 0),
  );
  const found = new Set<number>();
  let slot = 0;
  let looked = 0;
  for (let hit = pattern.exec(parsed.text); hit !== null && looked < MAX_LOOKED_INTO; hit = pattern.exec(parsed.text)) {
    while (slot < byPlace.length && (parsed.to[byPlace[slot] ?? 0] ?? 0) <= hit.index) slot += 1;
    const index = byPlace[slot];
    if (index === undefined) break;
    const from = parsed.from[index] ?? 0;
    if (hit.index < from) {
      // Between spans: a resource or a scope. Go on at the next span.
      pattern.lastIndex = from;
      continue;
    }
    looked += 1;
    const to = parsed.to[index] ?? 0;
    if (saysSo(readJson(parsed.text.slice(from, to)), wanted)) found.add(index);
    pattern.lastIndex = to;
  }
  return found;
}

const SAYING = ['attributes', 'events', 'status', 'name'] as const;

/** Whether a text stands in what a span says, rather than in the form it says it in or in what the rules take out. */
function saysSo(span: unknown, wanted: string): boolean {
  if (typeof span !== 'object' || span === null) return false;
  const stack: unknown[] = SAYING.map((key) => (key in span ? (span as Record<string, unknown>)[key] : null));
  for (let value = stack.pop(); stack.length > 0 || value !== undefined; value = stack.pop()) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const text = String(value);
      if (text.toLowerCase().includes(wanted) && redactSpanText(text).toLowerCase().includes(wanted)) return true;
    } else if (typeof value === 'object' && value !== null) stack.push(...Object.values(value).slice(0, 10_000));
  }
  return false;
}
