import type { ComponentProps } from 'react';

/** A named part of the page that scrolls by itself, and so can be reached by the keyboard. */
export function ScrollRegion({ label, ...props }: { label: string } & Omit<ComponentProps<'section'>, 'aria-label'>) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  return <section {...props} aria-label={label} tabIndex={0} />;
}
