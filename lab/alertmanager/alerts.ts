import type { Labels, MetricStore } from '../stores';
import { type InhibitRule, inhibitions } from './inhibition';
import type { Silences } from './silences';

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(isJson(value) ? value : {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

export interface LabAlert {
  labels: Labels;
  annotations: Labels;
  startsAtMs: number;
  fingerprint: string;
  silencedBy: string[];
  inhibitedBy: string[];
}

/** FNV-1a of 64 bits over names and values in order, each followed by 0xff: prometheus/common, model/signature.go. */
function fingerprintOf(labels: Labels): string {
  let hash = 14_695_981_039_346_656_037n;
  for (const name of Object.keys(labels).sort()) {
    for (const text of [name, labels[name] ?? '']) {
      for (const byte of [...Buffer.from(text), 0xff])
        hash = ((hash ^ BigInt(byte)) * 1_099_511_628_211n) & 0xffff_ffff_ffff_ffffn;
    }
  }
  return hash.toString(16).padStart(16, '0');
}

/** The firing alerts of the lab's rules, as its Prometheus would have sent them, by fingerprint. */
export function labAlerts(
  store: MetricStore,
  { silences, inhibitRules, nowMs }: { silences: Silences; inhibitRules: readonly InhibitRule[]; nowMs: number },
): LabAlert[] {
  const firing = listOf(store.ruleGroups(nowMs))
    .flatMap((group) => listOf(group.rules))
    .flatMap((rule) =>
      listOf(rule.alerts)
        .filter(({ state }) => state === 'firing')
        .map((alert) => {
          const labels = textsOf(alert.labels);
          const holdMs = typeof rule.duration === 'number' ? rule.duration * 1000 : 0;
          return {
            labels,
            annotations: textsOf(alert.annotations),
            startsAtMs: Date.parse(String(alert.activeAt)) + holdMs,
            fingerprint: fingerprintOf(labels),
            silencedBy: silences.muting(labels, nowMs),
          };
        }),
    )
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const inhibitedBy = inhibitions(firing, inhibitRules);
  return firing.map((alert) => ({ ...alert, inhibitedBy: inhibitedBy(alert.labels) }));
}
