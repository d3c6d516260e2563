import { CELL_KIND_NAME } from '@/lib/contracts/incident-words';
import type { CellContent, CellRange, Investigation, InvestigationCell } from '@/lib/contracts/investigation';
import { formatDuration } from './format';
import { escapeMarkdown, fencedMarkdown } from './markdown';

/** What the export says of a pin. */
export interface ExportedPin {
  title: string;
  /** Of the stored document, lowercase hex. */
  sha256: string;
  frozenAtMs: number;
  /** Null for what has no range. */
  range: { startMs: number; endMs: number } | null;
}

const LANGUAGES = { metric: 'promql', logs: 'logql', traces: 'traceql' } as const;

/** To the second, in UTC, the same on every machine. */
const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const span = ({ startMs, endMs }: { startMs: number; endMs: number }): string =>
  `${instant(startMs)} to ${instant(endMs)}`;

const rangeText = (range: CellRange): string =>
  'lastMs' in range ? `the last ${formatDuration(range.lastMs)} before it is looked at` : span(range);

function questionOf(content: CellContent): string[] {
  switch (content.kind) {
    case 'note':
      return [content.text.trim() === '' ? '(empty)' : content.text.trim()];
    case 'metric':
    case 'logs':
    case 'traces':
      return [
        ...fencedMarkdown(content.query.trim(), LANGUAGES[content.kind]),
        '',
        `- Range: ${rangeText(content.range)}`,
        ...(content.source === null ? [] : [`- Source: ${escapeMarkdown(content.source)}`]),
      ];
    case 'comparison':
    case 'drift':
      return [
        ...Object.entries(content.params)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(value)}`),
        `- Range: ${content.range === null ? 'as the page chooses it' : rangeText(content.range)}`,
      ];
    case 'evidence':
      return [];
  }
}

function pinOf(cell: InvestigationCell, pins: ReadonlyMap<string, ExportedPin>): string[] {
  const { evidenceId, state } = cell;
  if (evidenceId === null) return [];
  const pin = pins.get(evidenceId);
  if (pin === undefined) return [`- Evidence: ${evidenceId}, which is not stored here`];
  const { title, sha256, frozenAtMs, range } = pin;
  return [
    `- ${state === 'frozen' ? 'Evidence' : 'Last frozen as'}: ${escapeMarkdown(title)}, [/evidence/${evidenceId}](/evidence/${evidenceId})`,
    `- Frozen: ${instant(frozenAtMs)}${range === null ? '' : `, of ${span(range)}`}`,
    `- SHA-256: ${sha256}`,
  ];
}

function cellLines(cell: InvestigationCell, place: number, pins: ReadonlyMap<string, ExportedPin>): string[] {
  const { content, state, title } = cell;
  const named = `${CELL_KIND_NAME[content.kind]}${title === '' ? '' : `: ${escapeMarkdown(title)}`}`;
  const question = questionOf(content);
  const facts = content.kind === 'note' ? [] : [`- State: ${state}`, ...pinOf(cell, pins)];
  return ['', `## ${place}. ${named}`, '', ...question, ...facts];
}

/**
 * An investigation as Markdown. The same record gives the same bytes: times are UTC, nothing says when it was exported.
 * Notes stand as they were written, queries in a fence that nothing in them can end; everything else is escaped.
 */
export function investigationMarkdown(
  investigation: Investigation,
  pins: ReadonlyMap<string, ExportedPin> = new Map(),
): string {
  const { number, title, question, model, tags, author, createdAtMs, incidents, archivedAtMs, list } = investigation;
  const lines = [
    `# Investigation ${number}: ${escapeMarkdown(title)}`,
    ...(question === '' ? [] : ['', escapeMarkdown(question)]),
    '',
    `- Begun: ${instant(createdAtMs)} by ${escapeMarkdown(author.name)}`,
    `- Model: ${model === null ? 'the fleet' : escapeMarkdown(model)}`,
    `- Tags: ${tags.length === 0 ? 'none' : escapeMarkdown(tags.join(', '))}`,
    ...incidents.map((incident) => `- Incident: INC-${incident.number} ${escapeMarkdown(incident.title)}`),
    ...(archivedAtMs === null ? [] : [`- Archived: ${instant(archivedAtMs)}`]),
    ...list.flatMap((cell, at) => cellLines(cell, at + 1, pins)),
  ];
  return `${lines.join('\n')}\n`;
}
