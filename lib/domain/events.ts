import type { ChangeEvent } from '@/lib/contracts/event';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import { formatRatioPercent } from './format';
import { episodesOf } from './series';

/** Change events from series: what happened to the fleet, and when, to the step of the grid. */

/** Points after a first request over which its share of the traffic is taken. */
const SHARE_POINTS = 3;

const at = (set: SeriesSet, index: number): number => set.startMs + index * set.stepMs;

const EMPTY = { endMs: null, model: null, version: null, author: null, href: null } as const;

/**
 * First traffic of a version: the first point with requests where the same model had some before, so that the beginning
 * of the telemetry itself is no event. `set` holds requests by model and version; it begins before the range, and only
 * what happened from `fromMs` on is told.
 */
export function versionEvents(
  set: SeriesSet,
  read: { modelOf: (labels: Labels) => string; versionOf: (labels: Labels) => string; fromMs: number },
): ChangeEvent[] {
  const series = set.series.map(({ labels, values }) => {
    const first = values.findIndex((value) => value !== null && value > 0);
    return { model: read.modelOf(labels), version: read.versionOf(labels), values, first };
  });
  return series.flatMap(({ model, version, values, first }) => {
    const siblings = series.filter((one) => one.model === model);
    if (first <= 0 || at(set, first) < read.fromMs) return [];
    if (!siblings.some((one) => one.first !== -1 && one.first < first)) return [];
    const until = Math.min(values.length, first + SHARE_POINTS);
    const sum = (list: readonly (number | null)[]) =>
      list.slice(first, until).reduce<number>((total, value) => total + (value ?? 0), 0);
    const all = siblings.reduce((total, one) => total + sum(one.values), 0);
    const share = all > 0 ? `, ${formatRatioPercent(sum(values) / all)}` : '';
    const text = `${model} ${version} first traffic${share}`;
    return [
      {
        ...EMPTY,
        id: `version ${model} ${version} ${at(set, first)}`,
        kind: 'version' as const,
        atMs: at(set, first),
        model,
        version,
        text,
      },
    ];
  });
}

/** A version that takes on a role it did not have, where its model's roles were known before. */
export function roleEvents(
  set: SeriesSet,
  read: { labelsOf: (labels: Labels) => { model: string; version: string; role: string }; fromMs: number },
): ChangeEvent[] {
  const series = set.series.map(({ labels, values }) => ({ ...read.labelsOf(labels), values }));
  return series.flatMap(({ model, version, role, values }) =>
    episodesOf(values, (value) => value > 0).flatMap(({ from }) => {
      const known = series.some(
        (one) => one.model === model && one.values.slice(0, from).some((value) => value !== null),
      );
      if (from === 0 || !known || at(set, from) < read.fromMs) return [];
      // A gap of one or two scrapes is no change of role.
      if (values.slice(Math.max(0, from - 3), from).some((value) => value !== null && value > 0)) return [];
      const text = `${model} ${version} becomes ${role}`;
      return [
        {
          ...EMPTY,
          id: `role ${model} ${version} ${role} ${at(set, from)}`,
          kind: 'role' as const,
          atMs: at(set, from),
          model,
          version,
          text,
        },
      ];
    }),
  );
}

/** Web addresses only: whatever telemetry says is drawn as a link. */
export function webHref(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null;
}

/**
 * Episodes of firing alerts. Gaps of up to two points are bridged, since one lost evaluation ends no alert. An alert
 * that fires at the last point has no end; one that fires at the first began before, which its text says. `runbooks` is by the alert's name.
 */
export function alertEvents(
  set: SeriesSet,
  read: { modelOf: (labels: Labels) => string | null; runbooks: ReadonlyMap<string, string | null> },
): ChangeEvent[] {
  return set.series.flatMap(({ labels, values }) => {
    const name = labels.alertname ?? 'alert';
    const episodes: { from: number; to: number }[] = [];
    for (const one of episodesOf(values, (value) => value > 0)) {
      const last = episodes.at(-1);
      if (last !== undefined && one.from - last.to <= 3) last.to = one.to;
      else episodes.push({ ...one });
    }
    const model = read.modelOf(labels);
    return episodes.map(({ from, to }) => ({
      ...EMPTY,
      id: `alert ${JSON.stringify(Object.entries(labels).sort())} ${at(set, from)}`,
      kind: 'alert' as const,
      atMs: at(set, from),
      endMs: to >= values.length - 1 ? null : at(set, to),
      model,
      text: `${name} ${from === 0 ? 'has fired since before this range' : 'fires'}${model === null ? '' : ` for ${model}`}`,
      href: read.runbooks.get(name) ?? null,
    }));
  });
}

/** A note as an event. */
export const noteEvent = (note: {
  id: string;
  atMs: number;
  text: string;
  model: string | null;
  version: string | null;
  author: { name: string };
}): ChangeEvent => ({
  ...EMPTY,
  id: `note ${note.id}`,
  kind: 'note',
  atMs: note.atMs,
  model: note.model,
  version: note.version,
  text: note.text,
  author: note.author.name,
});

/** An incident as a stretch of time, from when its trouble began. `endMs` null: still open. */
export interface IncidentStretch {
  number: number;
  title: string;
  severity: string;
  model: string | null;
  version: string | null;
  declaredBy: string;
  startMs: number;
  endMs: number | null;
}

/** An incident as an event: when its trouble began, until it was mitigated or resolved. */
export const incidentEvent = (incident: IncidentStretch): ChangeEvent => ({
  ...EMPTY,
  id: `incident ${incident.number}`,
  kind: 'incident',
  atMs: incident.startMs,
  endMs: incident.endMs,
  model: incident.model,
  version: incident.version,
  text: `INC-${incident.number} (${incident.severity}): ${incident.title}`,
  author: incident.declaredBy,
  href: `/incidents/${incident.number}`,
});

/** All events in time; of one instant in the order version, role, alert, incident, note. */
export function inTime(events: readonly ChangeEvent[]): ChangeEvent[] {
  const order: readonly ChangeEvent['kind'][] = ['version', 'role', 'alert', 'incident', 'note'];
  return [...events].sort(
    (a, b) =>
      a.atMs - b.atMs || order.indexOf(a.kind) - order.indexOf(b.kind) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}
