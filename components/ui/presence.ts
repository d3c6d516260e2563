'use client';

import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { Onlooker } from '@/lib/contracts/live';

/** Who else looks at what this page shows, and where the reader tells what is being written. */
interface Presence {
  others: readonly Onlooker[];
  report: (part: string, isEditing: boolean) => void;
}

export const PresenceContext = createContext<Presence | null>(null);

/** What a live page says of its reader, and what it hears of the others. */
export function usePresence(): {
  asked: { viewer: string; editing?: string };
  hear: (others: readonly Onlooker[]) => void;
  presence: Presence;
} {
  const [viewer] = useState(() => crypto.randomUUID());
  const [editing, setEditing] = useState<readonly string[]>([]);
  const [others, hear] = useState<readonly Onlooker[]>([]);
  const report = useCallback(
    (part: string, isEditing: boolean) =>
      setEditing((now) => {
        if (now.includes(part) === isEditing) return now;
        return isEditing ? [...now, part].sort() : now.filter((one) => one !== part);
      }),
    [],
  );
  const presence = useMemo(() => ({ others, report }), [others, report]);
  const asked = editing.length === 0 ? { viewer } : { viewer, editing: editing.join(',') };
  return { asked, hear, presence };
}

/** Tells the others while this part is being written, and says which of them write it now. */
export function useEditing(part: string, isEditing: boolean): readonly Onlooker[] {
  const presence = useContext(PresenceContext);
  const report = presence?.report;
  // The stream by which the others hear of it.
  useEffect(() => {
    if (!isEditing || report === undefined) return;
    report(part, true);
    return () => report(part, false);
  }, [part, isEditing, report]);
  return (presence?.others ?? []).filter(({ editing }) => editing.includes(part));
}

/** How somebody is called: the same person in another window is no other person. */
export const onlookerName = ({ name, isReader }: Onlooker): string => (isReader ? `${name} in another window` : name);
