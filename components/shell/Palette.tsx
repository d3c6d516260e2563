'use client';

import { Command } from 'cmdk';
import {
  BookOpenText,
  Clock,
  FileSearch,
  Keyboard,
  Monitor,
  Moon,
  Pencil,
  Siren,
  Snowflake,
  Sun,
  Waypoints,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTheme } from 'next-themes';
import { Dialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { isSurelyId, type PastedId, readPasted } from '@/lib/domain/pasted-id';
import { requestHref } from '@/lib/domain/request-story';
import { useNow } from './clock';
import { COMMAND_INPUT, COMMAND_ITEM } from './command-look';
import { openDialog } from './dialogs';
import { useModelChoices } from './ModelChoice';
import { NAV } from './nav';
import { frozenEnds, RANGE_PRESETS } from './range-text';
import { Keys } from './ShortcutsDialog';
import { useView } from './use-view';
import { modelPath, tracePath } from './view-address';

/** A W3C trace id: 32 hex digits; Tempo also takes those of 16. */
const TRACE_ID = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i;

/** Readings of a pasted text that are offered. */
const MAX_STORIES = 3;

/** Everything by name: pages, models, ranges, theme, a note; an id that is pasted offers what it can open. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { view, setView, href } = useView();
  const router = useRouter();
  const { setTheme } = useTheme();
  const nowMs = useNow();
  const choices = useModelChoices();
  const [text, setText] = useState('');
  const trace = TRACE_ID.test(text.trim()) ? tracePath(text.trim().toLowerCase()) : null;
  const pasted = readPasted(text);
  const surely = pasted.ids.filter(isSurelyId).slice(0, MAX_STORIES);
  const perhaps = pasted.ids.filter((id) => !isSurelyId(id)).slice(0, MAX_STORIES);
  const run = (action: () => void) => () => {
    onClose();
    action();
  };
  const go = (path: string) => run(() => router.push(href(path)));
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-bg/70" />
        <Dialog.Content
          aria-describedby={undefined}
          className="-translate-x-1/2 fixed top-[10vh] left-1/2 z-50 w-[560px] max-w-[calc(100vw-24px)] overflow-hidden rounded-panel border border-line bg-panel shadow-float"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command label="Search and commands" loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="A page, model or command; or paste any id, log line or address"
              className={`${COMMAND_INPUT} h-11! text-body!`}
            />
            <Command.List className="max-h-[56vh] overflow-y-auto p-1.5 text-small [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-t3">
              {pasted.ids.length > 0 ? null : (
                <Command.Empty className="p-2 text-t2">Nothing here has this name.</Command.Empty>
              )}
              {surely.map((id) => (
                <StoryItem key={`${id.kind} ${id.id}`} pasted={id} onSelect={go(requestHref(id.id, pasted.atMs))} />
              ))}
              {trace === null ? null : (
                <Item value={`open trace ${text}`} icon={<Waypoints size={14} aria-hidden />} onSelect={go(trace)}>
                  Open trace <span className="font-mono">{text.trim()}</span>
                </Item>
              )}
              <Command.Group heading="Pages">
                {NAV.map(({ path, name, Icon, key }) => (
                  <Item
                    key={path}
                    value={`go to ${name}`}
                    icon={<Icon size={14} aria-hidden />}
                    onSelect={go(path)}
                    keys={`g>${key}`}
                  >
                    {name}
                  </Item>
                ))}
              </Command.Group>
              <Command.Group heading="Models">
                {(choices.data?.models ?? []).map(({ model }) => (
                  <Item
                    key={model}
                    value={`model ${model}`}
                    icon={<FileSearch size={14} aria-hidden />}
                    onSelect={go(modelPath(model))}
                  >
                    {model}
                  </Item>
                ))}
              </Command.Group>
              <Command.Group heading="Time">
                <Item
                  value="freeze range"
                  icon={<Snowflake size={14} aria-hidden />}
                  keys="f"
                  onSelect={run(() => setView(frozenEnds(view, nowMs)))}
                >
                  Freeze the range
                </Item>
                {RANGE_PRESETS.map(({ from, name }) => (
                  <Item
                    key={from}
                    value={name}
                    icon={<Clock size={14} aria-hidden />}
                    onSelect={run(() => setView({ from, to: 'now' }))}
                  >
                    {name}
                  </Item>
                ))}
              </Command.Group>
              <Command.Group heading="Commands">
                <Item
                  value="add a note"
                  icon={<Pencil size={14} aria-hidden />}
                  keys="n"
                  onSelect={() => openDialog({ kind: 'note' })}
                >
                  Add a note
                </Item>
                <Item
                  value="declare an incident"
                  icon={<Siren size={14} aria-hidden />}
                  keys="i"
                  onSelect={() => openDialog({ kind: 'declare' })}
                >
                  Declare an incident
                </Item>
                <Item
                  value="keyboard shortcuts help"
                  icon={<Keyboard size={14} aria-hidden />}
                  keys="?"
                  onSelect={() => openDialog({ kind: 'shortcuts' })}
                >
                  Keyboard shortcuts
                </Item>
                <Item value="dark theme" icon={<Moon size={14} aria-hidden />} onSelect={run(() => setTheme('dark'))}>
                  Dark theme
                </Item>
                <Item value="light theme" icon={<Sun size={14} aria-hidden />} onSelect={run(() => setTheme('light'))}>
                  Light theme
                </Item>
                <Item
                  value="system theme"
                  icon={<Monitor size={14} aria-hidden />}
                  onSelect={run(() => setTheme('system'))}
                >
                  Theme of the system
                </Item>
              </Command.Group>
              {perhaps.map((id) => (
                <StoryItem key={`${id.kind} ${id.id}`} pasted={id} onSelect={go(requestHref(id.id, pasted.atMs))} />
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Opens the story of a pasted id. Mounted whatever the filter says: a log line would never match a name. */
function StoryItem({ pasted, onSelect }: { pasted: PastedId; onSelect: () => void }) {
  return (
    <Command.Item
      forceMount
      value={`story of ${pasted.kind} ${pasted.id}`}
      onSelect={onSelect}
      className={COMMAND_ITEM}
    >
      <span className="text-t3">
        <BookOpenText size={14} aria-hidden />
      </span>
      <span className="min-w-0 flex-1 truncate">
        Story of {pasted.kind} <span className="font-mono">{pasted.id}</span>
      </span>
    </Command.Item>
  );
}

interface ItemProps {
  value: string;
  icon: ReactNode;
  onSelect: () => void;
  keys?: string;
  children: ReactNode;
}

function Item({ value, icon, onSelect, keys, children }: ItemProps) {
  return (
    <Command.Item value={value} onSelect={onSelect} className={COMMAND_ITEM}>
      <span className="text-t3">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys === undefined ? null : <Keys keys={keys} />}
    </Command.Item>
  );
}
