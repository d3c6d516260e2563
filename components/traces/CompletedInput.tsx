'use client';

import { useId, useState } from 'react';
import { Input } from '@/components/ui/Field';

const MAX_CHOICES = 500;

export interface CompletedInputProps {
  label: string;
  value: string;
  /** Values there are; others may be typed. */
  choices: readonly string[];
  /** Taken over on Enter, on leaving the field, and when a choice is picked. */
  onCommit: (value: string) => void;
  /** Why a text cannot be taken over, or null. */
  problemOf?: (text: string) => string | null;
  placeholder?: string;
  inputMode?: 'decimal' | 'text';
}

/** A line of input that completes from what there is, and changes nothing until it is taken over. */
export function CompletedInput(props: CompletedInputProps) {
  // A value that changed elsewhere (a link, the top bar) replaces what was typed.
  return <Draft key={props.value} {...props} />;
}

function Draft({ label, value, choices, onCommit, problemOf, placeholder, inputMode }: CompletedInputProps) {
  const [text, setText] = useState(value);
  const listId = useId();
  const problem = problemOf?.(text.trim()) ?? null;
  const commit = (next: string) => {
    if (next.trim() !== value && (problemOf?.(next.trim()) ?? null) === null) onCommit(next.trim());
  };
  return (
    <div className="min-w-0">
      <Input
        label={label}
        value={text}
        list={choices.length === 0 ? undefined : listId}
        placeholder={placeholder}
        inputMode={inputMode}
        autoComplete="off"
        spellCheck={false}
        error={problem ?? undefined}
        onChange={(event) => {
          setText(event.target.value);
          // A browser reports a picked choice as an input without a typed character.
          const { nativeEvent } = event;
          const isPicked = !(nativeEvent instanceof InputEvent) || nativeEvent.inputType === 'insertReplacementText';
          if (isPicked && choices.includes(event.target.value)) commit(event.target.value);
        }}
        onBlur={() => commit(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) commit(text);
          if (event.key === 'Escape') setText(value);
        }}
      />
      {choices.length === 0 ? null : (
        <datalist id={listId}>
          {choices.slice(0, MAX_CHOICES).map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </div>
  );
}
