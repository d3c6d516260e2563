'use client';

import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';

/**
 * The whole of what is cut or abbreviated, on hover and on focus. The child is a button, link or text; text becomes
 * focusable.
 */
export function Hint({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={250} skipDelayDuration={100}>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what shows on hover must show on focus too */}
          <span tabIndex={0} className="rounded-sm decoration-dotted underline-offset-2 hover:underline">
            {children}
          </span>
        </Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content
            sideOffset={4}
            collisionPadding={8}
            className="z-50 max-w-[420px] rounded-panel border border-line bg-raised px-2 py-1 text-small text-t1 shadow-float [overflow-wrap:anywhere]"
          >
            {text}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
