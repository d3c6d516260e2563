import type { CellContent } from '@/lib/contracts/investigation';

/** A cell as somebody else saved it while it was written here. */
export interface OtherCell {
  title: string;
  content: CellContent;
  revision: number;
  author: string;
}

/** What another's refusal tells of a cell, from the fields of a conflict; null where it does not. */
export function otherCell(fields: Readonly<Record<string, string>>): OtherCell | null {
  const { content, revision, title = '', editedBy = 'Somebody' } = fields;
  if (content === undefined || revision === undefined) return null;
  try {
    // Of our own server, which parsed it when it was stored.
    return { title, content: JSON.parse(content) as CellContent, revision: Number(revision), author: editedBy };
  } catch {
    return null;
  }
}
