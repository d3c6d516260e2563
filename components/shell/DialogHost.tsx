'use client';

import dynamic from 'next/dynamic';
import { announce } from '@/components/ui/announce';
import { panelInSight } from '@/components/ui/pin';
import { useShortcut } from '@/components/ui/shortcuts';
import { openDialog, useOpenDialog } from './dialogs';

// Loaded when first opened: none of them is needed to read a page.
const Palette = dynamic(() => import('./Palette').then((file) => file.Palette), { ssr: false });
const ShortcutsDialog = dynamic(() => import('./ShortcutsDialog').then((file) => file.ShortcutsDialog), { ssr: false });
const NoteDialog = dynamic(() => import('./NoteDialog').then((file) => file.NoteDialog), { ssr: false });
const DeclareDialog = dynamic(() => import('./DeclareDialog').then((file) => file.DeclareDialog), { ssr: false });
const PinDialog = dynamic(() => import('./PinDialog').then((file) => file.PinDialog), { ssr: false });

/** Opens the form that keeps the panel in sight; where there is none, says how to point at one. */
function pinPanelInSight(): void {
  const panel = panelInSight();
  if (panel === null) announce('Point at a panel that can be pinned, or move the focus into it, and press p.');
  else openDialog({ kind: 'pin', panel });
}

/** The palette, the list of shortcuts and the forms of a note, a pin and an incident, with the keys that open them. */
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
  useShortcut({ keys: 'p', label: 'Pin the panel in sight as evidence', group: 'Anywhere', run: pinPanelInSight });
  useShortcut({
    keys: 'i',
    label: 'Declare an incident',
    group: 'Anywhere',
    run: () => openDialog({ kind: 'declare' }),
  });
  switch (open?.kind) {
    case 'palette':
      return <Palette onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />;
    case 'note':
      return <NoteDialog atMs={open.atMs} eventId={open.eventId} onClose={close} />;
    case 'pin':
      return <PinDialog panel={open.panel} onClose={close} />;
    case 'declare':
      return <DeclareDialog from={open.from} onClose={close} />;
    default:
      return null;
  }
}
