import {
  CircleHelp,
  ClipboardCheck,
  Flag,
  Info,
  type LucideIcon,
  Megaphone,
  MoveRight,
  Scale,
  Square,
} from 'lucide-react';
import type { Status } from '@/lib/contracts/answer';
import {
  type EntryKind,
  type HypothesisState,
  INCIDENT_STATUSES,
  type IncidentRoleName,
  type IncidentStatus,
  type Severity,
} from '@/lib/contracts/incident-words';

/** Each kind of entry has its own sign, apart from those of statuses. */
export const KIND_ICON: Readonly<Record<EntryKind, LucideIcon>> = {
  fact: Info,
  hypothesis: CircleHelp,
  decision: Scale,
  action: MoveRight,
  communication: Megaphone,
  alert: Flag,
  status: Square,
  checklist: ClipboardCheck,
};

/** What a person is asked for with each kind. */
export const KIND_PLACEHOLDER: Readonly<Record<string, string>> = {
  fact: 'What was seen, with its numbers. Press p on any panel to pin it here.',
  hypothesis: 'What might be the cause, so that it can be supported or refuted.',
  decision: 'What was decided, and what was believed then.',
  action: 'What was done to the system.',
  communication: 'What was said, and to whom.',
};

/** How loud each severity is. */
export const SEVERITY_TONE: Readonly<Record<Severity, string>> = {
  SEV0: 'border-bad bg-bad text-bg',
  SEV1: 'border-bad text-bad',
  SEV2: 'border-watch text-watch',
  SEV3: 'border-line text-t2',
};

export const STATUS_OF: Readonly<Record<IncidentStatus, Status>> = {
  triage: 'bad',
  active: 'bad',
  mitigated: 'watch',
  resolved: 'ok',
  reviewed: 'ok',
};

const STATUS_VERB: Readonly<Record<IncidentStatus, string>> = {
  triage: 'Back to triage',
  active: 'Mark active',
  mitigated: 'Mark mitigated',
  resolved: 'Resolve',
  reviewed: 'Mark reviewed',
};

/** The button that takes an incident from one status to another. */
export function statusVerb(from: IncidentStatus, to: IncidentStatus): string {
  if (to === 'active' && (from === 'resolved' || from === 'reviewed')) return 'Reopen';
  const isBack = INCIDENT_STATUSES.indexOf(to) < INCIDENT_STATUSES.indexOf(from);
  return isBack ? `Back to ${to}` : STATUS_VERB[to];
}

export const HYPOTHESIS_STATUS: Readonly<Record<HypothesisState, Status>> = {
  open: 'unknown',
  supported: 'watch',
  refuted: 'ok',
};

export const ROLE_NAME: Readonly<Record<IncidentRoleName, string>> = {
  commander: 'Commander',
  communications: 'Communications',
  expert: 'Experts',
  scribe: 'Scribe',
};

/** How people name an incident. */
export const incidentName = (number: number): string => `INC-${number}`;

/** Path within the console, without the view that a link carries along. */
export const incidentPath = (number: number): string => `/incidents/${number}`;
