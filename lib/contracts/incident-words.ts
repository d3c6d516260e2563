/** The words of incidents that a page needs without a parser: closed lists, their meaning, and bounds of what is typed. */

export const SEVERITIES = ['SEV0', 'SEV1', 'SEV2', 'SEV3'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What each severity means for a model in production, for whoever has to choose one at night. */
export const SEVERITY_EXAMPLES: Readonly<Record<Severity, string>> = {
  SEV0: 'Wrong or no predictions for everybody, or harm to people or money: every payment declined, personal data in answers.',
  SEV1: 'A model that matters fails for many: a third of requests in error, features hours old in a fraud model.',
  SEV2: 'Worse than agreed, with a way around it: P95 twice the objective, a challenger that must be rolled back.',
  SEV3: 'Nobody outside notices yet: input drift of one feature, a late label feed, a batch job that will miss its window.',
};

export const INCIDENT_STATUSES = ['triage', 'active', 'mitigated', 'resolved', 'reviewed'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** Which status may follow which. Back to active is how an incident that returned is told; nothing leaves the record. */
export const NEXT_STATUSES: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  triage: ['active', 'mitigated', 'resolved'],
  active: ['mitigated', 'resolved'],
  mitigated: ['active', 'resolved'],
  resolved: ['active', 'reviewed'],
  reviewed: ['active', 'resolved'],
};

export const ENTRY_KINDS = [
  'fact',
  'hypothesis',
  'decision',
  'action',
  'communication',
  'alert',
  'status',
  'checklist',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Kinds that a person writes; the others are written by what they tell of. */
export const WRITTEN_KINDS = ['fact', 'hypothesis', 'decision', 'action', 'communication'] as const;
export type WrittenKind = (typeof WRITTEN_KINDS)[number];

export const HYPOTHESIS_STATES = ['open', 'supported', 'refuted'] as const;
export type HypothesisState = (typeof HYPOTHESIS_STATES)[number];

/**
 * How an entry speaks of an earlier one: it replaces its words (corrects), takes it back (retracts), is evidence for or
 * against a hypothesis (supports, refutes), or says what became of it (settles).
 */
export const ENTRY_RELATIONS = ['corrects', 'retracts', 'supports', 'refutes', 'settles'] as const;
export type EntryRelation = (typeof ENTRY_RELATIONS)[number];

export const INCIDENT_ROLES = ['commander', 'communications', 'expert', 'scribe'] as const;
export type IncidentRoleName = (typeof INCIDENT_ROLES)[number];

export const TASK_STATES = ['open', 'done', 'dropped'] as const;

/** The sections of a postmortem, in the order in which it is read. */
export const POSTMORTEM_SECTIONS = [
  'summary',
  'impact',
  'detection',
  'timeline',
  'trigger',
  'causes',
  'went-well',
  'lucky',
  'lessons',
] as const;
export type PostmortemSectionKey = (typeof POSTMORTEM_SECTIONS)[number];

export const SECTION_TITLES: Readonly<Record<PostmortemSectionKey, string>> = {
  summary: 'Summary',
  impact: 'Impact',
  detection: 'Detection',
  timeline: 'Timeline',
  trigger: 'Trigger',
  causes: 'Contributing causes',
  'went-well': 'What went well',
  lucky: 'Where we were lucky',
  lessons: 'What we learned',
};

export const POSTMORTEM_STATES = ['draft', 'in_review', 'changes_requested', 'approved'] as const;

export const ACTION_KINDS = ['prevent', 'detect', 'mitigate', 'process'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

export const CELL_KINDS = ['note', 'metric', 'logs', 'traces', 'comparison', 'drift', 'evidence'] as const;
export type CellKind = (typeof CELL_KINDS)[number];

/** What a kind of cell is called. */
export const CELL_KIND_NAME: Readonly<Record<CellKind, string>> = {
  note: 'Note',
  metric: 'Metric',
  logs: 'Logs',
  traces: 'Traces',
  comparison: 'Comparison',
  drift: 'Drift',
  evidence: 'Evidence',
};

export const MAX_TITLE_CHARACTERS = 200;
export const MAX_ENTRY_CHARACTERS = 10_000;
export const MAX_SECTION_CHARACTERS = 100_000;
export const MAX_CELL_CHARACTERS = 50_000;
export const MAX_TAGS = 20;
export const MAX_TAG_CHARACTERS = 50;
export const MAX_PERSON_CHARACTERS = 100;
