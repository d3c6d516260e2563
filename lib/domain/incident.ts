import type { IncidentDurations, IncidentInstants } from '@/lib/contracts/incident';
import {
  type IncidentStatus,
  NEXT_STATUSES,
  POSTMORTEM_SECTIONS,
  SECTION_TITLES,
  type Severity,
} from '@/lib/contracts/incident-words';
import { formatCount, formatDuration } from './format';

/** From one instant to a later one, milliseconds; null where one is unknown or they lie the wrong way round. */
function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null || toMs < fromMs ? null : toMs - fromMs;
}

/**
 * How long an incident took, milliseconds each. Detection counts from the start of the trouble; what people did counts
 * from detection; how long it hurt counts from the start to the mitigation, or to the resolution where nobody called it
 * mitigated. Null: an instant is unknown, or a clock was wrong and they lie the wrong way round.
 */
export function incidentDurations(instants: IncidentInstants): IncidentDurations {
  const { startedAtMs, detectedAtMs, acknowledgedAtMs, mitigatedAtMs, resolvedAtMs } = instants;
  return {
    toDetectMs: between(startedAtMs, detectedAtMs),
    toAcknowledgeMs: between(detectedAtMs, acknowledgedAtMs),
    toMitigateMs: between(detectedAtMs, mitigatedAtMs),
    toResolveMs: between(detectedAtMs, resolvedAtMs),
    hurtMs: between(startedAtMs, mitigatedAtMs ?? resolvedAtMs),
  };
}

/** Whether an incident may go from one status to another. */
export const mayBecome = (from: IncidentStatus, to: IncidentStatus): boolean => NEXT_STATUSES[from].includes(to);

/** What a step to another status does to the instants of an incident, at `atMs`. */
export function instantsAfter(instants: IncidentInstants, to: IncidentStatus, atMs: number): IncidentInstants {
  switch (to) {
    case 'triage':
      return instants;
    case 'active':
      // It came back: what was called its end was none. The timeline keeps when that was said.
      return {
        ...instants,
        acknowledgedAtMs: instants.acknowledgedAtMs ?? atMs,
        mitigatedAtMs: null,
        resolvedAtMs: null,
        reviewedAtMs: null,
      };
    case 'mitigated':
      return { ...instants, acknowledgedAtMs: instants.acknowledgedAtMs ?? atMs, mitigatedAtMs: atMs };
    case 'resolved':
      return {
        ...instants,
        acknowledgedAtMs: instants.acknowledgedAtMs ?? atMs,
        resolvedAtMs: instants.resolvedAtMs ?? atMs,
        reviewedAtMs: null,
      };
    case 'reviewed':
      return { ...instants, reviewedAtMs: atMs };
  }
}

/** The middle of some durations, milliseconds; null of none. Of an even number, the mean of the two in the middle. */
export function medianMs(durations: readonly (number | null)[]): { medianMs: number | null; incidents: number } {
  const known = durations.filter((value) => value !== null).sort((a, b) => a - b);
  const upper = known[Math.floor(known.length / 2)];
  if (upper === undefined) return { medianMs: null, incidents: 0 };
  const lower = known[Math.ceil(known.length / 2) - 1] ?? upper;
  return { medianMs: (lower + upper) / 2, incidents: known.length };
}

export interface ToldIncident {
  number: number;
  title: string;
  severity: Severity;
  status: IncidentStatus;
  model: string | null;
  version: string | null;
  drill: boolean;
  declaredAtMs: number;
  instants: IncidentInstants;
  commander: string | null;
  /** Alerts attached to it, and those of them that fire. */
  alerts: number;
  firingAlerts: number;
  openTasks: number;
  mergedInto: number | null;
}

const STATUS_WORDS: Readonly<Record<IncidentStatus, string>> = {
  triage: 'is in triage',
  active: 'is active',
  mitigated: 'is mitigated',
  resolved: 'is resolved',
  reviewed: 'is resolved and reviewed',
};

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const verb = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** One sentence about an incident: what it is, since when, who has it, what still fires. Claims nothing unknown. */
export function incidentAnswer(incident: ToldIncident, nowMs: number): string {
  const { instants, status } = incident;
  const name = `${incident.drill ? 'Drill ' : ''}INC-${incident.number}`;
  if (incident.mergedInto !== null) return `${name} was merged into INC-${incident.mergedInto}.`;
  const about = incident.model === null ? '' : ` on ${[incident.model, incident.version].filter(Boolean).join(' ')}`;
  const head = `${name} (${incident.severity})${about} ${STATUS_WORDS[status]}`;
  const beganMs = instants.startedAtMs ?? instants.detectedAtMs ?? incident.declaredAtMs;
  const since = instants.startedAtMs === null ? 'since it was noticed' : 'since it began';
  const over = status === 'resolved' || status === 'reviewed';
  if (over) {
    const tookMs = between(beganMs, instants.resolvedAtMs);
    const counted = instants.startedAtMs === null ? 'from when it was noticed' : 'from when it began';
    const took = tookMs === null ? 'how long it took is not known' : `it took ${formatDuration(tookMs)} ${counted}`;
    const fires =
      incident.firingAlerts > 0
        ? `, but ${plural(incident.firingAlerts, 'alert')} of it still ${verb(incident.firingAlerts, 'fires', 'fire')}`
        : '';
    return `${head}; ${took}${fires}.`;
  }
  const lastsMs = between(beganMs, nowMs);
  const lasts = lastsMs === null ? '' : ` for ${formatDuration(lastsMs)} ${since}`;
  const who = incident.commander === null ? 'nobody commands it' : `${incident.commander} commands it`;
  const fires =
    incident.firingAlerts === 0
      ? incident.alerts === 0
        ? 'no alert is attached to it'
        : 'no alert of it fires'
      : `${plural(incident.firingAlerts, 'alert')} ${verb(incident.firingAlerts, 'fires', 'fire')}`;
  const tasks = incident.openTasks === 0 ? '' : `, ${plural(incident.openTasks, 'task')} open`;
  return `${head}${lasts}; ${who}, ${fires}${tasks}.`;
}

/** What should be looked at before an incident is closed, as sentences. */
export function closingCautions(open: { firingAlerts: number; openTasks: number; openActions: number }): string[] {
  const cautions: string[] = [];
  const { firingAlerts, openTasks, openActions } = open;
  if (firingAlerts > 0) {
    cautions.push(`${plural(firingAlerts, 'alert')} of it still ${verb(firingAlerts, 'fires', 'fire')}.`);
  }
  if (openTasks > 0) cautions.push(`${plural(openTasks, 'task')} ${verb(openTasks, 'is', 'are')} open.`);
  if (openActions > 0) {
    cautions.push(`${plural(openActions, 'action')} of its postmortem ${verb(openActions, 'is', 'are')} open.`);
  }
  return cautions;
}

/** One sentence about the incidents of a list. */
export function incidentsAnswer(
  open: readonly { number: number; severity: Severity; title: string }[],
  more: { total: number; filtered: boolean },
): string {
  const worst = [...open].sort((a, b) => a.severity.localeCompare(b.severity))[0];
  const all = `${plural(more.total, 'incident')} ${more.filtered ? verb(more.total, 'matches', 'match') : 'on record'}`;
  if (more.total === 0) return more.filtered ? 'No incident matches.' : 'No incident has been declared yet.';
  if (worst === undefined) return `No incident is open; ${all}.`;
  return `${plural(open.length, 'incident')} open, the worst INC-${worst.number} (${worst.severity}): ${worst.title}. ${all}.`;
}

/** The name of the part in which entries are written, as those who look at the same incident hear of it. */
export const ENTRY_PART = 'entry';

/** What somebody writes, by the part's name: an entry, or a section of the postmortem. */
export function partName(part: string): string {
  const section = POSTMORTEM_SECTIONS.find((key) => key === part);
  return section === undefined ? 'an entry' : SECTION_TITLES[section];
}
