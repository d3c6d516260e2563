'use client';

import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

export interface ChoiceMenuProps<T extends string> {
  trigger: ReactNode;
  label: string;
  value: T;
  choices: readonly { value: T; name: string }[];
  onChoose: (value: T) => void;
  /** A sentence beneath the choices. */
  note?: string;
}

/** One of a few, from a menu under a button. */
export function ChoiceMenu<T extends string>({ trigger, label, value, choices, onChoose, note }: ChoiceMenuProps<T>) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          aria-label={label}
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-40 rounded-panel border border-line bg-panel p-1 text-small shadow-float"
        >
          <DropdownMenu.RadioGroup
            value={value}
            onValueChange={(next) => {
              const choice = choices.find((each) => each.value === next);
              if (choice !== undefined) onChoose(choice.value);
            }}
          >
            {choices.map((choice) => (
              <DropdownMenu.RadioItem
                key={choice.value}
                value={choice.value}
                className="flex h-7 cursor-pointer items-center gap-2 rounded-sm px-2 text-t1 outline-none data-[highlighted]:bg-raised"
              >
                <span className="w-3.5">
                  <DropdownMenu.ItemIndicator>
                    <Check size={13} aria-hidden />
                  </DropdownMenu.ItemIndicator>
                </span>
                {choice.name}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          {note === undefined ? null : <p className="max-w-52 px-2 py-1 text-axis text-t3">{note}</p>}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
