'use client';

import dynamic from 'next/dynamic';
import { useShortcut } from '@/components/ui/shortcuts';
import { openDialog, useOpenDialog } from './dialogs';

// Loaded when first opened: none of them is needed to read a page.
const Palette = dynamic(() => import('./Palette').then((file) => file.Palette), { ssr: false });
const ShortcutsDialog = dynamic(() => import('./ShortcutsDialog').then((file) => file.ShortcutsDialog), { ssr: false });
const NoteDialog = dynamic(() => import('./NoteDialog').then((file) => file.NoteDialog), { ssr: false });

/** The palette, the list of shortcuts and the form of a note, with the keys that open them. */
export function DialogHost() {
  const open = useOpenDialog();
  const close = () => openDialog(null);
  useShortcut({
    keys: 'mod+k',
    label: 'Search and commands',
    group: 'Anywhere',
    run: () => openDialog({ kind: 'palette' }),
  });
  useShortcut({ keys: '/', label: 'Search', group: 'Anywhere', run: () => openDialog({ kind: 'palette' }) });
  useShortcut({ keys: '?', label: 'This list', group: 'Anywhere', run: () => openDialog({ kind: 'shortcuts' }) });
  useShortcut({ keys: 'n', label: 'Add a note', group: 'Anywhere', run: () => openDialog({ kind: 'note' }) });
  switch (open?.kind) {
    case 'palette':
      return <Palette onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />;
    case 'note':
      return <NoteDialog atMs={open.atMs} eventId={open.eventId} onClose={close} />;
    default:
      return null;
  }
}
