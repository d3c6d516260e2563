import type { EntryRelation } from '@/lib/contracts/incident-words';

/** What the next entry speaks of: an earlier one, and how. */
export interface EntryAbout {
  entryId: string;
  relation: EntryRelation;
  /** The earlier entry's words. */
  text: string;
}
