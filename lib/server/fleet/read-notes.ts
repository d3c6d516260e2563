import 'server-only';
import type { Note } from '@/lib/contracts/note';
import type { Identity } from '../auth/identity';
import { getConfig } from '../config';
import { listNotes } from '../notes/store';

/** Notes of a range as the configuration and the reader's permissions allow. */
export async function readNotes(
  params: { startMs: number; endMs: number; model?: string },
  identity: Identity,
): Promise<Note[]> {
  if (!getConfig().events.notes || !identity.permissions.has('notes:read')) return [];
  return (await listNotes(params, identity)).notes;
}
