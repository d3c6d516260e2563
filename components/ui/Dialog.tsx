'use client';

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './Button';

export interface DialogProps {
  title: string;
  /** A sentence under the title. */
  description?: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog that is open while it is rendered; Escape and a press beside it close it. */
export function Dialog({ title, description, onClose, children }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-bg/70" />
        <Radix.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className="-translate-x-1/2 fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[520px] max-w-[calc(100vw-24px)] flex-col rounded-panel border border-line bg-panel shadow-float"
        >
          <header className="flex items-start gap-2 p-3 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-body">{title}</Radix.Title>
              {description === undefined ? null : (
                <Radix.Description className="text-small text-t3">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X size={14} aria-hidden />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 overflow-y-auto p-3 pt-0">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
