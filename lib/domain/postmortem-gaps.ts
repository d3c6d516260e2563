import type { IncidentInstants } from '@/lib/contracts/incident';
import type { Entry, HypothesisSummary } from '@/lib/contracts/incident-entry';
import type { PostmortemSectionKey, Severity } from '@/lib/contracts/incident-words';
import { formatDuration, formatTime } from './format';
import { MINUTE_MS } from './time';

/** Nobody wrote anything for so long while it was going on. */
const SILENCE_MS = 30 * MINUTE_MS;

export interface GapMaterial {
  severity: Severity;
  instants: IncidentInstants;
  /** Oldest first. */
  entries: readonly Entry[];
  hypotheses: readonly HypothesisSummary[];
  commanders: readonly string[];
  sections: readonly { key: PostmortemSectionKey; text: string; unsourced: readonly string[] }[];
  actions: readonly {
    text: string;
    owner: string | null;
    dueAtMs: number | null;
    state: string;
    probe?: object | null;
    verified?: object | null;
  }[];
  owner: string | null;
}

export interface Gap {
  section: PostmortemSectionKey;
  sentence: string;
}

/** What the record does not say and a reader will ask, in the order of the sections. */
export function gapsOf(material: GapMaterial): Gap[] {
  const { instants, entries, sections, actions, severity } = material;
  const gaps: Gap[] = [];
  const add = (section: PostmortemSectionKey, sentence: string) => gaps.push({ section, sentence });
  const empty = (key: PostmortemSectionKey) =>
    (sections.find((section) => section.key === key)?.text ?? '').trim() === '';

  if (empty('summary')) add('summary', 'There is no summary.');
  if (material.owner === null) add('summary', 'Nobody owns this postmortem.');
  if (material.commanders.length === 0) add('summary', 'Nobody is on record as commander.');
  if (instants.startedAtMs === null) add('summary', 'When the trouble began is not known.');
  if (instants.mitigatedAtMs === null && instants.resolvedAtMs === null)
    add('summary', 'When it stopped hurting is not known.');
  if (empty('impact')) add('impact', 'What it did to predictions and people is not said.');
  else if (!entries.some((entry) => entry.kind === 'fact' && entry.evidenceId !== null)) {
    add('impact', 'No fact of the timeline has evidence pinned to it.');
  }
  for (const { key, unsourced } of sections) {
    for (const sentence of unsourced.slice(0, 5))
      add(key, `No entry stands behind the numbers of "${shortened(sentence)}"`);
  }
  if (!entries.some(({ kind }) => kind === 'alert')) add('detection', 'No alert told of it. Which one would have?');
  if (instants.acknowledgedAtMs === null) add('detection', 'When a person took it on is not known.');
  if ((severity === 'SEV0' || severity === 'SEV1') && empty('detection')) {
    add('detection', 'How could it have been noticed in half the time?');
  }
  for (const sentence of silences(material)) add('timeline', sentence);
  if (empty('trigger')) add('trigger', 'What set it off is not said, apart from what made it possible.');
  if (empty('causes')) add('causes', 'No contributing cause is said. There is seldom only one.');
  const open = material.hypotheses.filter(({ state }) => state === 'open');
  if (open.length > 0)
    add('causes', `${open.length === 1 ? 'A hypothesis is' : `${open.length} hypotheses are`} still open.`);
  if (empty('went-well')) add('went-well', 'What went well is not said.');
  if (empty('lucky')) add('lucky', 'Where you were lucky is not said.');
  if (actions.length === 0) add('lessons', 'No action follows from it.');
  for (const { text, owner, dueAtMs } of actions.filter(({ state }) => state === 'open')) {
    const lacks = [...(owner === null ? ['an owner'] : []), ...(dueAtMs === null ? ['a date'] : [])].join(' and ');
    if (lacks !== '') add('lessons', `The action "${shortened(text)}" lacks ${lacks}.`);
  }
  for (const { text, probe, verified, state } of actions) {
    if (state === 'done' && probe != null && verified == null)
      add('lessons', `The action "${shortened(text)}" is done, and its query has not shown that it worked.`);
  }
  return gaps;
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

/** Stretches between notice and mitigation in which nothing was written down. */
function silences({ instants, entries }: GapMaterial): string[] {
  const fromMs = instants.detectedAtMs;
  const toMs = instants.mitigatedAtMs ?? instants.resolvedAtMs;
  if (fromMs === null || toMs === null || toMs <= fromMs) return [];
  const within = entries.map(({ occurredAtMs }) => occurredAtMs).filter((ms) => ms > fromMs && ms < toMs);
  const marks = [fromMs, ...within.sort((a, b) => a - b), toMs];
  return marks.slice(1).flatMap((ms, index) => {
    const sinceMs = marks[index] ?? ms;
    return ms - sinceMs < SILENCE_MS
      ? []
      : [`Nothing is written down for ${formatDuration(ms - sinceMs)} from ${formatTime(sinceMs, 'UTC')} UTC.`];
  });
}
