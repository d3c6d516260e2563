import 'server-only';
import type { HeldSide } from '@/lib/domain/held-side';
import { type ModelPanel, openModelPanel } from '../fleet/model-panel';

export interface Context {
  signal: AbortSignal;
  nowMs: number;
}

export interface DriftAskedOf {
  model: string;
  version?: string | undefined;
  startMs: number;
  endMs: number;
}

/** A panel of one version of a model. */
export interface DriftPanel {
  panel: ModelPanel;
  model: string;
  /** Null: no version is told apart, or none had traffic; then all series of the model are read. */
  version: string | null;
  startMs: number;
  endMs: number;
  signal: AbortSignal;
}

/** Opens the panel of the version asked for, else the champion, else the first with traffic. */
export async function openDrift(asked: DriftAskedOf, { signal, nowMs }: Context): Promise<DriftPanel> {
  const { model, startMs, endMs } = asked;
  const panel = await openModelPanel({ model, startMs, endMs }, { signal, nowMs });
  const known = panel.versions.filter(({ version }) => version !== UNTOLD);
  return { panel, model, version: asked.version ?? known[0]?.version ?? null, startMs, endMs, signal };
}

/** How the fleet calls a version that no label names. */
const UNTOLD = 'unversioned';

/** What could not be read, or not in full: a feature of that kind that is not here may be there all the same. */
export interface Unread {
  numeric: boolean;
  categorical: boolean;
}

export const NONE_UNREAD: Unread = { numeric: false, categorical: false };

/** One side by feature, of whatever it could be read. */
export interface ReadSides {
  sides: ReadonlyMap<string, HeldSide>;
  unread: Unread;
}
