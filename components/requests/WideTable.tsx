import type { ReactNode } from 'react';

/** A table that scrolls inside its panel where it is wider; reachable by keyboard. */
export function WideTable({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={`${label}, scrolls sideways`} tabIndex={0} className="-mx-3 overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-small">
        {children}
      </table>
    </section>
  );
}
