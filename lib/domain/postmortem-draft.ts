import type { Impact } from '@/lib/contracts/impact';
import type { IncidentInstants } from '@/lib/contracts/incident';
import type { Entry, HypothesisSummary } from '@/lib/contracts/incident-entry';
import { POSTMORTEM_SECTIONS, type PostmortemSectionKey, type Severity } from '@/lib/contracts/incident-words';
import { plainSentence } from './answer-parts';
import { formatCount, formatDay, formatDuration, formatInstant, formatTime } from './format';
import { AGAINST_WORDS, hurtRows, impactSentence } from './impact-answer';
import { incidentDurations } from './incident';
import { escapeMarkdown } from './markdown';

/** What a draft is made from: nothing that the record does not hold. */
export interface DraftMaterial {
  number: number;
  title: string;
  severity: Severity;
  model: string | null;
  version: string | null;
  declaredBy: string;
  declaredAtMs: number;
  instants: IncidentInstants;
  /** Oldest first; what was taken back may be among them and is not told. */
  entries: readonly Entry[];
  hypotheses: readonly HypothesisSummary[];
  commanders: readonly string[];
  /** What it did to predictions, as counted, with the label of the entry it is pinned to; null: not pinned, counted now. */
  impact: { counted: Omit<Impact, 'why'>; label: string | null } | null;
}

/** A sentence and the entries that it stands on; without any, its text says so. */
export interface DraftSentence {
  text: string;
  labels: string[];
}

/** What is said of a sentence that the record holds as a field, but no entry tells of. */
export const UNSOURCED = '(no entry of the timeline tells of it)';

export interface DraftSection {
  key: PostmortemSectionKey;
  sentences: DraftSentence[];
  /** Sentences one to a line, as a list. */
  isList: boolean;
}

/** Versions whose impact is told one by one. */
const MAX_VERSIONS = 20;
/** Lines of the timeline at most; what is left out is said. */
const MAX_TIMELINE = 300;

const stands = (entry: Entry): boolean =>
  entry.correctedBy?.relation !== 'retracts' &&
  entry.about?.relation !== 'corrects' &&
  entry.about?.relation !== 'retracts';

/** What an entry says now: its correction where it has one. */
const wordsOf = (entry: Entry): string => {
  const text = entry.correctedBy?.relation === 'corrects' ? entry.correctedBy.text : entry.text;
  return text === '' ? 'Pinned evidence' : text;
};

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** On one line and without markup where a machine wrote it; what people wrote may be Markdown of theirs. */
const quoted = (entry: Entry): string => {
  const text = wordsOf(entry).replace(/\s*\n\s*/g, ' ');
  return ended(entry.kind === 'alert' ? escapeMarkdown(text) : text);
};

const instant = (ms: number): string => formatInstant(ms, 'UTC');

/** The newest entry that tells of a status. */
const statusEntry = (entries: readonly Entry[], to: string): Entry | undefined =>
  entries.findLast((entry) => entry.kind === 'status' && entry.details.to === to);

/** What the sentence lacks is said where it ends, before its full stop. */
const sourced = (sentence: DraftSentence): DraftSentence =>
  sentence.labels.length > 0 ? sentence : { ...sentence, text: `${sentence.text.replace(/[.!?]$/, '')} ${UNSOURCED}.` };

const labels = (...entries: readonly (Entry | undefined)[]): string[] =>
  entries.flatMap((entry) => (entry === undefined ? [] : [entry.label]));

function summary(material: DraftMaterial): DraftSentence[] {
  const { instants, entries, number, severity, title } = material;
  const durations = incidentDurations(instants);
  const about = [material.model, material.version].filter((part) => part !== null).map(escapeMarkdown);
  const declared = entries.find((entry) => entry.kind === 'status' && entry.details.to === 'triage');
  const sentences = [
    {
      text: ended(
        `INC-${number} (${severity}${about.length > 0 ? `, ${about.join(' ')}` : ''}): ${escapeMarkdown(title)}`,
      ),
      labels: labels(declared),
    },
  ];
  const changed = (field: string) =>
    entries.findLast((entry) => entry.details.changes?.some((change) => change.field === field));
  const say = (text: string, source: Entry | undefined) => sentences.push({ text, labels: labels(source) });
  if (instants.startedAtMs !== null) {
    say(`It began at ${instant(instants.startedAtMs)}.`, changed('Start of the trouble') ?? declared);
  }
  if (instants.detectedAtMs !== null) {
    const after = durations.toDetectMs === null ? '' : `, ${formatDuration(durations.toDetectMs)} after it began`;
    const alert = entries.find((entry) => entry.kind === 'alert');
    say(`It was noticed at ${instant(instants.detectedAtMs)}${after}.`, changed('Detection') ?? alert ?? declared);
  }
  if (instants.mitigatedAtMs !== null) {
    const hurt = durations.hurtMs === null ? '' : `; it hurt for ${formatDuration(durations.hurtMs)}`;
    const by = changed('Mitigation') ?? statusEntry(entries, 'mitigated');
    say(`It was mitigated at ${instant(instants.mitigatedAtMs)}${hurt}.`, by);
  }
  if (instants.resolvedAtMs !== null) {
    const by = changed('Resolution') ?? statusEntry(entries, 'resolved');
    say(`It was resolved at ${instant(instants.resolvedAtMs)}.`, by);
  }
  return sentences;
}

/** The predictions as they were counted, each version that was hurt; then facts that count or name something: with a number, or with a pin. */
function impact({ entries, impact: told }: DraftMaterial): DraftSentence[] {
  const facts = entries
    .filter((entry) => entry.kind === 'fact' && entry.label !== told?.label)
    .filter((entry) => entry.evidenceId !== null || /\d/.test(entry.text))
    .slice(0, 20)
    .map((entry) => ({ text: quoted(entry), labels: [entry.label] }));
  if (told === null) return facts;
  const sources = told.label === null ? [] : [told.label];
  const { answer, startMs, endMs, against } = told.counted;
  const hurt = hurtRows(told.counted);
  const counted = `Counted from ${instant(startMs)} to ${instant(endMs)}, against the time ${AGAINST_WORDS[against]}; 95 % intervals in brackets.`;
  const sentences = [
    ...answer.map(({ parts }) => escapeMarkdown(plainSentence(parts))),
    ...hurt.slice(0, MAX_VERSIONS).map(impactSentence),
    ...(hurt.length > MAX_VERSIONS ? [`${formatCount(hurt.length - MAX_VERSIONS)} more versions were hurt.`] : []),
    counted,
  ];
  return [...sentences.map((text) => ({ text, labels: sources })), ...facts];
}

function detection({ entries, declaredBy, declaredAtMs, instants }: DraftMaterial): DraftSentence[] {
  const first = entries.find((entry) => entry.kind === 'alert' && entry.details.alertStatus === 'firing');
  const declared = entries.find((entry) => entry.kind === 'status' && entry.details.to === 'triage');
  const sentences: DraftSentence[] = [];
  if (first !== undefined) {
    sentences.push({
      text: `The first alert, at ${instant(first.occurredAtMs)}: ${quoted(first)}`,
      labels: [first.label],
    });
  }
  sentences.push({
    text: `${escapeMarkdown(declaredBy)} declared it at ${instant(declaredAtMs)}.`,
    labels: labels(declared),
  });
  const { toAcknowledgeMs } = incidentDurations(instants);
  if (toAcknowledgeMs !== null) {
    // The first step out of triage is what took it on, wherever it led; a later return to active is not.
    const corrected = entries.findLast((entry) =>
      entry.details.changes?.some(({ field }) => field === 'Acknowledgement'),
    );
    const taken = corrected ?? entries.find((entry) => entry.kind === 'status' && entry.details.from !== undefined);
    sentences.push({ text: `A person had it ${formatDuration(toAcknowledgeMs)} after that.`, labels: labels(taken) });
  }
  return sentences;
}

/** How the record was kept, which is not what happened: a title that was bettered, a declaration after the fact. */
function isBookkeeping({ kind, details, occurredAtMs }: Entry, { resolvedAtMs }: IncidentInstants): boolean {
  if (kind !== 'status' || details.changes?.some(({ field }) => field === 'Severity')) return false;
  return (
    details.to === undefined || (details.from === undefined && resolvedAtMs !== null && occurredAtMs > resolvedAtMs)
  );
}

/** What kind of entry it is; of one that settles a hypothesis, how and which. */
function kindWords(entry: Entry, byId: ReadonlyMap<string, Entry>): string {
  if (entry.kind === 'status') return '';
  const settled = entry.about?.relation === 'settles' ? byId.get(entry.about.entryId) : undefined;
  const { audience } = entry.details;
  if (settled === undefined) return `${entry.kind}${audience === undefined ? '' : ` to ${escapeMarkdown(audience)}`}: `;
  return `hypothesis ${entry.details.hypothesisState ?? 'settled'} (“${quoted(settled).replace(/[.!?]$/, '')}”): `;
}

function timeline({ entries, instants }: DraftMaterial): DraftSentence[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const happened = entries.filter((entry) => !isBookkeeping(entry, instants));
  // Of too many, what people wrote and decided comes before what machines repeated.
  const kept =
    happened.length <= MAX_TIMELINE
      ? happened
      : happened.filter(({ kind }) => kind !== 'alert' && kind !== 'checklist');
  let day = '';
  const sentences = kept.slice(0, MAX_TIMELINE).map((entry) => {
    // The day once, where it begins: a reader looks for the minute.
    const own = formatDay(entry.occurredAtMs, 'UTC');
    const at = own === day ? `${formatTime(entry.occurredAtMs, 'UTC', true)} UTC` : instant(entry.occurredAtMs);
    day = own;
    return { text: `${at}: ${kindWords(entry, byId)}${quoted(entry)}`, labels: [entry.label] };
  });
  const shown = new Set(sentences.flatMap(({ labels: sources }) => sources));
  const left = entries.filter(({ label }) => !shown.has(label));
  if (left.length > 0) {
    const ends = left.length === 1 ? [left[0]] : [left[0], left.at(-1)];
    const text =
      left.length === 1
        ? "1 more entry stands on the incident's own timeline."
        : `${formatCount(left.length)} more entries stand on the incident's own timeline, the first and last of them these.`;
    sentences.push({ text, labels: labels(...ends) });
  }
  return sentences;
}

function causes({ hypotheses, entries }: DraftMaterial): DraftSentence[] {
  const labelOf = new Map(entries.map((entry) => [entry.id, entry.label]));
  const sources = (ids: readonly string[]) => ids.flatMap((id) => labelOf.get(id) ?? []);
  return hypotheses
    .filter(({ state }) => state !== 'open')
    .sort((a, b) => Number(a.state === 'refuted') - Number(b.state === 'refuted'))
    .map(({ text, state, label, supportedBy, refutedBy }) => ({
      text: `${state === 'refuted' ? 'Ruled out: ' : ''}${ended(text.replace(/\s*\n\s*/g, ' '))}`,
      labels: [label, ...sources(state === 'refuted' ? refutedBy : supportedBy)],
    }));
}

/**
 * A postmortem as far as the record can tell it: each sentence names entries that it stands on or says that it has none,
 * and none is about what the record does not hold. What went well, luck and lessons are for people.
 */
export function draftPostmortem(record: DraftMaterial): DraftSection[] {
  const entries = record.entries.filter(stands);
  const takenBack = new Set(record.entries.filter((entry) => !stands(entry)).map(({ id }) => id));
  const hypotheses = record.hypotheses.filter(({ entryId }) => !takenBack.has(entryId));
  const material = { ...record, entries, hypotheses };
  const written: Partial<Record<PostmortemSectionKey, DraftSentence[]>> = {
    summary: summary(material),
    impact: impact(material),
    detection: detection(material),
    timeline: timeline(material),
    causes: causes(material),
  };
  const lists: ReadonlySet<PostmortemSectionKey> = new Set(['impact', 'timeline', 'causes']);
  return POSTMORTEM_SECTIONS.map((key) => ({
    key,
    sentences: (written[key] ?? []).map(sourced),
    isList: lists.has(key),
  }));
}

/** A drafted section as Markdown; the references stand behind each sentence. */
export function draftText({ sentences, isList }: Pick<DraftSection, 'sentences' | 'isList'>): string {
  const told = sentences.map(({ text, labels: sources }) => {
    const refs = sources.map((label) => `[^${label}]`).join('');
    return `${isList ? '- ' : ''}${text}${refs === '' ? '' : ` ${refs}`}`;
  });
  return told.join(isList ? '\n' : ' ');
}
