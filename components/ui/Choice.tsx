'use client';

import { ToggleGroup } from 'radix-ui';

/** One of a few, side by side: a quantile, a comparison. The label is for screen readers. */
export function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      className="flex rounded-panel border border-line"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-6.5 px-2 text-small text-t2 first:rounded-l-panel last:rounded-r-panel hover:text-t1 data-[state=on]:bg-raised data-[state=on]:text-t1"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
