import type { ReactNode } from 'react';

/** What is wrong with what was typed, in a sentence beside it; `id` where the input names it as its description. */
export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} role="alert" className="text-bad text-small">
      {children}
    </p>
  );
}
