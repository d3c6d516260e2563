import 'server-only';
import type { TraceClock, TraceFlame } from '@/lib/contracts/trace';
import { formatCount } from '@/lib/domain/format';
import { flamePlaces } from '@/lib/domain/trace-flame';
import type { LoadedTrace } from './load';

const NS_PER_MS = 1e6;

/** The flame graph of a trace, as columns. */
export function traceFlame(trace: LoadedTrace, clock: TraceClock): TraceFlame {
  const { parsed } = trace;
  const { places, totalNs, left } = flamePlaces(parsed, trace.analysis(clock));
  const usedNames = [...new Set(places.map(({ name }) => name))];
  const usedServices = [...new Set(places.map(({ service }) => service))];
  const nameAt = new Map(usedNames.map((name, at) => [name, at]));
  const serviceAt = new Map(usedServices.map((service, at) => [service, at]));
  const column = (read: (place: (typeof places)[number]) => number) => places.map(read);
  return {
    totalMs: totalNs / NS_PER_MS,
    names: usedNames.map((name) => parsed.names[name] ?? ''),
    services: usedServices.map((service) => parsed.services[service] ?? ''),
    parent: column(({ parent }) => parent),
    depth: column(({ depth }) => depth),
    name: column(({ name }) => nameAt.get(name) ?? 0),
    service: column(({ service }) => serviceAt.get(service) ?? 0),
    fromMs: column(({ fromNs }) => fromNs / NS_PER_MS),
    ms: column(({ ns }) => ns / NS_PER_MS),
    selfMs: column(({ selfNs }) => selfNs / NS_PER_MS),
    count: column(({ count }) => count),
    errors: column(({ errors }) => errors),
    span: places.map(({ longest }) => trace.keyOf(longest)),
    cut: left === 0 ? null : `${formatCount(left)} boxes too narrow to be seen, and what lies on them, are left out.`,
    why: [trace.why('the flame graph')],
  };
}
