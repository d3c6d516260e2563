'use client';

import { Check } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Popover } from './Popover';

export interface ChoiceMenuProps<T extends string> {
  trigger: ReactNode;
  label: string;
  value: T;
  choices: readonly { value: T; name: string }[];
  onChoose: (value: T) => void;
  /** A sentence beneath the choices. */
  note?: string;
}

/** One of a few, beneath a button. Arrows move the choice, a press takes it and closes. */
export function ChoiceMenu<T extends string>({ trigger, label, value, choices, onChoose, note }: ChoiceMenuProps<T>) {
  const [isOpen, setOpen] = useState(false);
  const name = useId();
  return (
    <Popover trigger={trigger} label={label} isOpen={isOpen} onOpenChange={setOpen}>
      <div role="radiogroup" aria-label={label} className="min-w-40 p-1">
        {choices.map((choice) => (
          // The press bubbles up from the input too; arrows are clicks of detail 0 and leave the list open.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input within is what the keyboard works
          <label
            key={choice.value}
            onClick={(event) => {
              if (event.detail > 0) setOpen(false);
            }}
            className="relative flex h-7 cursor-pointer items-center gap-2 rounded-sm px-2 text-t1 hover:bg-raised has-focus-visible:bg-raised"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') setOpen(false);
              }}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            <Check size={13} aria-hidden className={choice.value === value ? 'shrink-0' : 'invisible shrink-0'} />
            {choice.name}
          </label>
        ))}
      </div>
      {note === undefined ? null : <p className="max-w-52 px-3 pb-2 text-axis text-t3">{note}</p>}
    </Popover>
  );
}
