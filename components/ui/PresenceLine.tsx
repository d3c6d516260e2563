'use client';

import { Eye, PenLine } from 'lucide-react';
import { useContext } from 'react';
import { onlookerName, PresenceContext, useEditing } from './presence';

/** Who else looks at this page now; nothing where nobody is known to. */
export function PresenceLine({ nameOf }: { nameOf: (part: string) => string }) {
  const others = useContext(PresenceContext)?.others ?? [];
  if (others.length === 0) return null;
  const words = others.map((one) => {
    const parts = one.editing.map(nameOf);
    return `${onlookerName(one)}${parts.length === 0 ? '' : ` (writes ${parts.join(', ')})`}`;
  });
  return (
    <p role="status" data-noprint className="flex items-baseline gap-1.5 text-small text-t3">
      <Eye size={12} aria-hidden className="shrink-0 self-center" />
      <span className="min-w-0 [overflow-wrap:anywhere]">Also here: {words.join(', ')}</span>
    </p>
  );
}

/** Who else writes this part now, and tells them while the reader does; nothing where nobody is known to. */
export function EditingHint({ part, isEditing }: { part: string; isEditing: boolean }) {
  const writers = useEditing(part, isEditing);
  if (writers.length === 0) return null;
  return (
    <p role="status" data-noprint className="flex items-baseline gap-1.5 text-small text-watch">
      <PenLine size={12} aria-hidden className="shrink-0 self-center" />
      {writers.map(onlookerName).join(', ')} {writers.length === 1 ? 'writes' : 'write'} here now.
    </p>
  );
}
