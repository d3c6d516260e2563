import type { ReadinessResult, ReadinessState } from '@/lib/contracts/readiness';
import { formatRatioPercent } from './format';
import { judgeShare, MIN_SAMPLE, type Share, shareEvidence, worstState } from './readiness';
import { requestFields, requestIds, structuredLogs } from './readiness-snippets';

/** Least share of lines that must be whole. */
const LINE_BOUND = 0.99;

/** What the newest lines of one service hold. Null sample: they could not be read. */
export interface ServiceLines {
  service: string;
  /** The one model whose requests it logs; null: none, or several. */
  model: string | null;
  lines: number;
  json: number;
  /** Of the JSON lines, those about a request. */
  requests: number;
  withModel: number;
  withVersion: number;
  withRequestId: number;
  withTraceId: number;
}

const sampled = (n: number, service: string, what: string): string => `of ${n} sampled ${what} of ${service}`;

const verdictWord = (state: ReadinessState): string =>
  state === 'unknown' ? `; fewer than ${MIN_SAMPLE} lines say nothing for certain` : '';

/** log-json: whether the lines of a service are structured. */
export function judgeJson({ service, model, lines, json }: ServiceLines): ReadinessResult {
  const share = { good: json, n: lines };
  const state = judgeShare(share, LINE_BOUND);
  const part = formatRatioPercent(lines === 0 ? null : json / lines);
  return {
    model,
    subject: service,
    state,
    cause:
      lines === 0
        ? `${service} wrote no line in the range.`
        : `${part} ${sampled(lines, service, 'lines')} are JSON objects${verdictWord(state)}.`,
    evidence: [shareEvidence('lines that are JSON', share)],
    remedy: state === 'pass' || lines === 0 ? null : structuredLogs(),
  };
}

const judgePair = (
  { service, model, requests }: ServiceLines,
  parts: readonly { name: string; good: number }[],
  remedy: () => ReadinessResult['remedy'],
): ReadinessResult => {
  const shares = parts.map(({ name, good }) => ({ name, share: { good, n: requests } satisfies Share }));
  const state = worstState(shares.map(({ share }) => judgeShare(share, LINE_BOUND)));
  const said = shares.map(({ name, share }) => `${formatRatioPercent(share.good / share.n)} carry ${name}`).join(', ');
  return {
    model,
    subject: service,
    state,
    cause: `${sampled(requests, service, 'request lines').replace(/^of/, 'Of')}, ${said}${verdictWord(state)}.`,
    evidence: shares.map(({ name, share }) => shareEvidence(`request lines with ${name}`, share)),
    remedy: state === 'pass' ? null : remedy(),
  };
};

/** log-identity: whether the request lines of a service name model and version. Null: it logs no requests. */
export const judgeIdentity = (lines: ServiceLines): ReadinessResult | null =>
  lines.requests === 0
    ? null
    : judgePair(
        lines,
        [
          { name: 'a model', good: lines.withModel },
          { name: 'a version', good: lines.withVersion },
        ],
        requestFields,
      );

/** log-ids: whether the request lines of a service carry both ids. Null: it logs no requests. */
export const judgeIds = (lines: ServiceLines): ReadinessResult | null =>
  lines.requests === 0
    ? null
    : judgePair(
        lines,
        [
          { name: 'a request id', good: lines.withRequestId },
          { name: 'a trace id', good: lines.withTraceId },
        ],
        requestIds,
      );

/** Models with traffic of which no request line was found: nothing is known of their logs. */
export function unloggedModels(models: readonly string[], services: readonly ServiceLines[]): ReadinessResult[] {
  const logged = new Set(services.filter(({ requests }) => requests > 0).map(({ model }) => model));
  // A service of several models, or of none that its lines name, may have logged any of them.
  if (logged.has(null)) return [];
  const lines = services.reduce((sum, service) => sum + service.lines, 0);
  return models
    .filter((model) => !logged.has(model))
    .map((model) => ({
      model,
      subject: null,
      state: 'unknown',
      cause: `No request line of ${model} is among ${lines} sampled lines of ${services.length} ${services.length === 1 ? 'service' : 'services'}.`,
      evidence: [],
      remedy: requestFields(),
    }));
}
