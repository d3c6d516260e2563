import type { IncidentInstants } from '@/lib/contracts/incident';
import type { Entry } from '@/lib/contracts/incident-entry';
import type { IncidentRole } from '@/lib/contracts/incident-role';
import { type PostmortemSectionKey, SECTION_TITLES } from '@/lib/contracts/incident-words';
import type { PostmortemAction, PostmortemReview } from '@/lib/contracts/postmortem';
import { formatDuration, NOT_MEASURED } from './format';
import { incidentDurations } from './incident';
import { codeMarkdown, escapeMarkdown } from './markdown';
import { labelsOf } from './postmortem-wording';

export interface ExportMaterial {
  number: number;
  title: string;
  severity: string;
  status: string;
  model: string | null;
  version: string | null;
  drill: boolean;
  tags: readonly string[];
  instants: IncidentInstants;
  roles: readonly IncidentRole[];
  sections: readonly { key: PostmortemSectionKey; text: string }[];
  actions: readonly PostmortemAction[];
  reviews: readonly PostmortemReview[];
  /** Oldest first. */
  entries: readonly Entry[];
  /** SHA-256 of pinned evidence by its id. */
  evidence: ReadonlyMap<string, { title: string; sha256: string }>;
  textHash: string;
  /** Whether every entry is told, or only those that the text refers to. */
  withTimeline: boolean;
}

/** To the second, in UTC, the same on every machine; null: not known. */
const instant = (ms: number | null): string =>
  ms === null ? 'not known' : `${new Date(ms).toISOString().slice(0, 19)}Z`;

const duration = (ms: number | null): string => (ms === null ? NOT_MEASURED : formatDuration(ms));

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const plain = (text: string | null): string => (text === null ? '' : escapeMarkdown(text));

function head(material: ExportMaterial): string[] {
  const { instants } = material;
  const durations = incidentDurations(instants);
  const fields: [string, string][] = [
    ['Severity', material.severity],
    ['Status', material.status],
    ['Model', plain([material.model, material.version].filter((part) => part !== null).join(' ')) || 'the fleet'],
    ['Tags', plain(material.tags.join(', ')) || 'none'],
    ['Began', instant(instants.startedAtMs)],
    ['Noticed', `${instant(instants.detectedAtMs)} (${duration(durations.toDetectMs)} after it began)`],
    ['Taken on', `${instant(instants.acknowledgedAtMs)} (${duration(durations.toAcknowledgeMs)} after that)`],
    ['Mitigated', `${instant(instants.mitigatedAtMs)} (${duration(durations.toMitigateMs)} after it was noticed)`],
    ['Resolved', `${instant(instants.resolvedAtMs)} (${duration(durations.toResolveMs)} after it was noticed)`],
    ['Hurt for', duration(durations.hurtMs)],
    ...material.roles.map(({ role, person, fromMs, toMs }): [string, string] => [
      `${role.charAt(0).toUpperCase()}${role.slice(1)}`,
      `${plain(person)}, from ${instant(fromMs)}${toMs === null ? '' : ` to ${instant(toMs)}`}`,
    ]),
  ];
  return [
    `# ${material.drill ? 'Drill: ' : ''}INC-${material.number}: ${plain(material.title)}`,
    '',
    row('Field', 'Value'),
    row('---', '---'),
    ...fields.map(([name, value]) => row(name, value)),
  ];
}

function actions({ actions: all }: ExportMaterial): string[] {
  if (all.length === 0) return ['No action was agreed.'];
  return [
    row('Action', 'Kind', 'Owner', 'Due', 'State'),
    row('---', '---', '---', '---', '---'),
    ...all.map((action) =>
      row(
        action.link === null ? plain(action.text) : `${plain(action.text)} (<${encodeURI(decodeSafely(action.link))}>)`,
        action.kind,
        plain(action.owner) || 'nobody',
        action.dueAtMs === null ? 'no date' : instant(action.dueAtMs).slice(0, 10),
        action.state,
      ),
    ),
  ];
}

/** What stands behind the actions whose effect a query can show. */
function verifications({ actions: all, evidence }: ExportMaterial): string[] {
  const told = all.flatMap(({ text, probe, checked, verified }) => {
    if (probe === null) return [];
    const pin = evidence.get(verified?.evidenceId ?? '');
    const pinned = pin === undefined ? '' : ` (SHA-256 ${pin.sha256})`;
    const said =
      checked === null ? 'never asked' : `${checked.sentence} ${instant(checked.atMs)} by ${plain(checked.by)}`;
    const state = verified === null ? 'not verified yet' : `verified ${instant(verified.atMs)}${pinned}`;
    return [
      `- ${plain(text)}: ${state}. Last answer: ${plain(said)}. It passes with ${plain(probe.passes)}: ${codeMarkdown(probe.query)}`,
    ];
  });
  return told.length === 0 ? [] : ['', ...told];
}

function decodeSafely(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

function reviews({ reviews: all, textHash }: ExportMaterial): string[] {
  const told = all.map(({ verdict, by, atMs, textHash: judged, comment, byOnlyAuthor }) => {
    const did = verdict === 'approve' ? 'approved' : 'asked for changes of';
    const which = judged === textHash ? 'this text' : 'an earlier text';
    const alone = byOnlyAuthor ? ', the only author of it' : '';
    return `- ${plain(by.name)}${alone} ${did} ${which} (SHA-256 ${judged}) at ${instant(atMs)}${comment === '' ? '.' : `: ${plain(comment)}`}`;
  });
  return told.length === 0 ? ['Nobody has reviewed it.'] : told;
}

/** An entry in one line, its pin with the hash. `said` escapes what people wrote. */
function entryLine(entry: Entry, evidence: ExportMaterial['evidence'], said: (text: string) => string = plain): string {
  const pin = entry.evidenceId === null ? undefined : evidence.get(entry.evidenceId);
  const pinned = pin === undefined ? '' : ` Evidence: ${said(pin.title)} (SHA-256 ${pin.sha256}).`;
  const taken = entry.correctedBy;
  const corrected =
    taken === null ? '' : ` ${taken.relation === 'retracts' ? 'Taken back' : 'Corrected'}: ${said(taken.text)}`;
  const late = entry.backdated ? `, recorded ${instant(entry.recordedAtMs)}` : '';
  return `${instant(entry.occurredAtMs)}${late}, ${entry.kind} by ${said(entry.author.name)}: ${said(entry.text)}${corrected}${pinned}`;
}

/** The entries that a postmortem refers to, each once, as its text first names them. */
export function referredEntries({ sections, entries }: Pick<ExportMaterial, 'sections' | 'entries'>): Entry[] {
  const known = new Map(entries.map((entry) => [entry.label, entry]));
  const labels = new Set(sections.flatMap(({ text }) => labelsOf(text)));
  return [...labels].flatMap((label) => known.get(label) ?? []);
}

/** What a reference stands for, as text that is nowhere read as Markdown. */
export const referenceText = (entry: Entry, evidence: ExportMaterial['evidence']): string =>
  entryLine(entry, evidence, (text) => text);

/**
 * An incident with its postmortem as Markdown. The same record gives the same bytes: times are UTC, nothing says when
 * it was exported. What people wrote into sections stands as they wrote it; everything else is escaped.
 */
export function exportIncident(material: ExportMaterial): string {
  const written = material.sections.filter(({ text }) => text.trim() !== '');
  const referred = referredEntries(material);
  const lines = [
    ...head(material),
    ...written.flatMap(({ key, text }) => ['', `## ${SECTION_TITLES[key]}`, '', text.trim()]),
    '',
    '## Actions',
    '',
    ...actions(material),
    ...verifications(material),
    '',
    '## Review',
    '',
    ...reviews(material),
    '',
    `SHA-256 of the text: ${material.textHash}`,
  ];
  if (material.withTimeline) {
    lines.push('', '## Record', '');
    lines.push(...material.entries.map((entry) => `- ${entry.label}: ${entryLine(entry, material.evidence)}`));
  }
  if (referred.length > 0) lines.push('');
  for (const entry of referred) lines.push(`[^${entry.label}]: ${entryLine(entry, material.evidence)}`);
  return `${lines.join('\n')}\n`;
}

/** The text that a review judges: sections and actions, in an order of their own. Hash this, not the file. */
export const judgedText = (
  sections: readonly { key: string; text: string }[],
  actionList: readonly { id: string; text: string; kind: string; probe?: string | null }[],
): string =>
  JSON.stringify([
    sections.map(({ key, text }) => [key, text]),
    [...actionList]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, text, kind, probe }) => [
        id,
        text,
        kind,
        // What would show that it worked is part of what was agreed; without one, the text is what it always was.
        ...(probe == null ? [] : [probe]),
      ]),
  ]);
