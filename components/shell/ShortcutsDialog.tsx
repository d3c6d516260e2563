'use client';

import { Dialog } from '@/components/ui/Dialog';
import { type ListedShortcut, shortcutOf, useShortcuts } from '@/components/ui/shortcuts';

const GROUPS: readonly ListedShortcut['group'][] = ['Anywhere', 'Go to', 'Time', 'Table', 'Page'];

/** Every shortcut that listens on this page now, read from those that listen. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const shortcuts = useShortcuts();
  // Two tables share j and k: the one that has them is listed.
  const once = shortcuts.filter((shortcut) => shortcutOf(shortcuts, shortcut.keys)?.id === shortcut.id);
  return (
    <Dialog title="Keyboard shortcuts" description="Those of this page." onClose={onClose}>
      <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        {GROUPS.map((group) => {
          const own = once.filter((shortcut) => shortcut.group === group);
          if (own.length === 0) return null;
          return (
            <section key={group} aria-label={group}>
              <h3 className="mb-1 text-small text-t3">{group}</h3>
              <ul className="grid gap-1">
                {own.map(({ id, keys, label }) => (
                  <li key={id} className="flex items-center justify-between gap-3 text-small">
                    <span>{label}</span>
                    <Keys keys={keys} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}

const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent);

/** The keys of a shortcut as they stand on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  const parts = keys
    .split(/[+>]/)
    .map((key) => (key === 'mod' ? (isMac() ? '⌘' : 'Ctrl') : key.length === 1 ? key.toUpperCase() : key));
  return (
    <span className="flex shrink-0 items-center gap-1">
      {parts.map((part) => (
        <kbd
          key={part}
          className="min-w-5 rounded-sm border border-line bg-raised px-1 text-center font-mono text-axis"
        >
          {part}
        </kbd>
      ))}
    </span>
  );
}
