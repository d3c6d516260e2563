import 'server-only';
import type { ServiceLines } from '@/lib/domain/readiness-logs';
import type { ServicePropagation } from '@/lib/domain/readiness-traces';
import { MINUTE_MS } from '@/lib/domain/time';
import type { Gather } from '../gather';
import type { TempoClient } from '../tempo/client';
import type { TraceHit } from '../tempo/search';
import { anyOf, attribute, condition, intrinsic, kindIs, pipeline, select, spanset } from '../tempo/traceql';
import type { Scope } from './scope';

/** Traces that are looked at for where services begin and go on, and requests of each that are looked up again. */
const TRACES = 300;
const REQUESTS = 10;
const SERVICE = attribute('resource', 'service.name');
const IS_ROOT = condition(intrinsic('nestedSetParent'), '<', 0);
const IS_CHILD = condition(intrinsic('nestedSetParent'), '>=', 0);

interface Found {
  service: string;
  traceId: string;
  requestId: string | null;
  startMs: number;
  durationMs: number;
}

/** Clocks of two machines may differ by this much: closer beginnings do not tell who called whom. */
const SKEW_MS = 100;

/** Whether a span of another trace took the request first: a caller begins before what it calls, and lasts longer. */
const isCaller = (other: Found, own: Found): boolean => {
  const aheadMs = own.startMs - other.startMs;
  return Math.abs(aheadMs) > SKEW_MS ? aheadMs > 0 : other.durationMs >= own.durationMs;
};

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const spansOf = (hits: readonly TraceHit[], requestIdName: string): Found[] =>
  hits.flatMap(({ traceId, spans }) =>
    spans.flatMap(({ attributes, startMs, durationMs }) => {
      const service = text(attributes['service.name']);
      return service === null
        ? []
        : [{ service, traceId, requestId: text(attributes[requestIdName]), startMs, durationMs }];
    }),
  );

/** Where the spans stand with which services take requests, and whether a request had a trace before theirs began. */
export async function measurePropagation(
  tempo: TempoClient,
  scope: Scope,
  services: readonly ServiceLines[],
  gather: Gather,
): Promise<ServicePropagation[]> {
  const { startMs, endMs, signal, telemetry } = scope;
  const name = telemetry.config.signals.spanAttributes.request_id ?? 'request_id';
  const requestId = attribute('span', name);
  const picked = select([SERVICE, requestId]);
  const search = (place: string, purpose: string) =>
    gather.take(
      purpose,
      tempo.search(
        pipeline(spanset([place, kindIs('server')]), [picked]),
        { startMs, endMs, limit: TRACES, spansPerTrace: 20, mostRecent: true },
        signal,
      ),
    );
  const [rootHits, childHits] = await Promise.all([
    search(IS_ROOT, 'where traces begin'),
    search(IS_CHILD, 'where traces go on'),
  ]);
  if (rootHits === null || childHits === null) return [];
  const roots = spansOf(rootHits, name);
  const children = spansOf(childHits, name);
  const logging = services.filter(({ requests }) => requests > 0);
  const all = new Set([...roots, ...children].map(({ service }) => service));
  for (const { service } of logging) all.add(service);
  return Promise.all(
    [...all].toSorted().map(async (service): Promise<ServicePropagation> => {
      const begun = roots.filter((span) => span.service === service);
      const asChild = children.filter((span) => span.service === service).length;
      const logs = logging.find((one) => one.service === service);
      const again = await lookAgain(begun.filter((span) => span.requestId !== null).slice(0, REQUESTS));
      const rest = { service, ...again, logsRequests: logs !== undefined, model: logs?.model ?? null };
      if (begun.length + asChild > 0 || logs === undefined) return { ...rest, asRoot: begun.length, asChild };
      // Among the newest it may be rare: only a search for it alone tells that it has none.
      const own = await gather.take(
        `spans of ${service}`,
        tempo.search(
          spanset([condition(SERVICE, '=', service), kindIs('server')]),
          { startMs, endMs, limit: 1 },
          signal,
        ),
      );
      return { ...rest, asRoot: 0, asChild: own?.length ?? 0 };
    }),
  );

  /** Of requests whose trace a service begins, how many have spans in a trace that another began before. */
  async function lookAgain(
    begun: readonly Found[],
  ): Promise<Pick<ServicePropagation, 'asked' | 'elsewhere' | 'caller'>> {
    const none = { asked: 0, elsewhere: 0, caller: null };
    const filter = anyOf(
      requestId,
      begun.flatMap((span) => (span.requestId === null ? [] : [span.requestId])),
    );
    if (filter === null) return none;
    const starts = begun.map((span) => span.startMs);
    const around = { startMs: Math.min(...starts) - MINUTE_MS, endMs: Math.max(...starts) + MINUTE_MS };
    const hits = await gather.take(
      `other traces of requests that ${begun[0]?.service ?? ''} begins`,
      tempo.search(pipeline(spanset([filter]), [picked]), { ...around, limit: TRACES, spansPerTrace: 20 }, signal),
    );
    if (hits === null) return none;
    const others = spansOf(hits, name);
    const earlier = begun.flatMap((span) => {
      const caller = others.find(
        (other) => other.requestId === span.requestId && other.traceId !== span.traceId && isCaller(other, span),
      );
      return caller === undefined ? [] : [caller];
    });
    const [caller] = earlier;
    const root = roots.find((span) => span.traceId === caller?.traceId);
    return { asked: begun.length, elsewhere: earlier.length, caller: root?.service ?? caller?.service ?? null };
  }
}
