import { CELL_KIND_NAME } from '@/lib/contracts/incident-words';
import type { CellContent, CellRange } from '@/lib/contracts/investigation';
import { formatDuration, formatRange } from '@/lib/domain/format';

/** Kinds that somebody can begin here; evidence comes from a panel by its pin. */
export const NEW_KINDS = ['note', 'metric', 'logs', 'traces', 'comparison', 'drift'] as const;
export type NewKind = (typeof NEW_KINDS)[number];

/** The path of an investigation's page: the link to share. */
export const investigationPath = (number: number): string => `/investigations/${number}`;

/** The name a cell goes by where it has no title: its kind, and the beginning of what it holds. */
export function cellName(title: string, content: CellContent): string {
  const kind = CELL_KIND_NAME[content.kind];
  if (title !== '') return title;
  const words =
    content.kind === 'note'
      ? content.text
      : 'query' in content
        ? content.query
        : 'params' in content
          ? (content.params.model ?? '')
          : '';
  const [first = ''] = words.trim().split('\n');
  // Of a heading or a list in Markdown, the words.
  const line = first.replace(/^[#>*\-\s]+/, '');
  return line === '' ? kind : `${kind}: ${line.slice(0, 60)}${line.length > 60 ? '…' : ''}`;
}

/** "last 1 h", or both ends. */
export const rangeWords = (range: CellRange, zone: string | undefined): string =>
  'lastMs' in range ? `last ${formatDuration(range.lastMs)}` : formatRange(range.startMs, range.endMs, zone);
