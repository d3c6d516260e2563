import 'server-only';
import type { Evidence as EvidenceRow } from '@/generated/sqlite/client';
import { type Evidence, EvidenceKind } from '@/lib/contracts/evidence';
import type { Reader } from '../incidents/find';

export type HeadRow = Omit<EvidenceRow, 'content'>;

/** What of a pin a list says beside its columns. */
export interface Summary {
  sources: string[];
  stepMs: number | null;
  isPartial: boolean;
  warnings: string[];
}

export const WITHOUT_CONTENT = { content: true } as const;

function readSummary(text: string): Summary {
  // Written by this file alone; a damaged one must not hide the pin itself.
  try {
    const said: Partial<Summary> = JSON.parse(text);
    return {
      sources: Array.isArray(said.sources) ? said.sources.map(String) : [],
      stepMs: typeof said.stepMs === 'number' ? said.stepMs : null,
      isPartial: said.isPartial === true,
      warnings: Array.isArray(said.warnings) ? said.warnings.map(String) : [],
    };
  } catch {
    return { sources: [], stepMs: null, isPartial: false, warnings: [] };
  }
}

/** A kind of a newer console is none this one can draw. */
export function toEvidence(row: HeadRow): Evidence | null {
  const kind = EvidenceKind.safeParse(row.kind);
  if (!kind.success) return null;
  return {
    id: row.id,
    kind: kind.data,
    title: row.title,
    path: row.path,
    model: row.model,
    startMs: row.startMs === null ? null : Number(row.startMs),
    endMs: row.endMs === null ? null : Number(row.endMs),
    ...readSummary(row.summary),
    sizeBytes: row.sizeBytes,
    sha256: row.sha256,
    frozenBy: { id: row.frozenById, name: row.frozenByName },
    frozenAtMs: Number(row.frozenAtMs),
  };
}

/** Pins by their ids without what they hold; those that are gone, or of a newer console, are left out. */
export async function headsOf(reader: Reader, ids: readonly string[]): Promise<Evidence[]> {
  if (ids.length === 0) return [];
  const rows = await reader.evidence.findMany({ where: { id: { in: [...new Set(ids)] } }, omit: WITHOUT_CONTENT });
  return rows.map(toEvidence).filter((each) => each !== null);
}
