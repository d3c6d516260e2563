'use client';

import { Copy } from 'lucide-react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';

/** Text to paste elsewhere, with a button that copies it. */
export function CopyBlock({ title, text }: { title: string; text: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce(`${title} copied`);
    } catch {
      // Browsers refuse the clipboard outside https and without a press of the reader's.
      announce('This browser refuses the clipboard here. Select the text and copy it.');
    }
  };
  return (
    <div className="grid gap-1">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold text-small text-t1">{title}</h3>
        <Button onClick={() => void copy()} aria-label={`Copy: ${title}`}>
          <Copy size={12} aria-hidden /> Copy
        </Button>
      </div>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={title}
        className="max-h-56 overflow-auto rounded-sm border border-line bg-raised p-2"
      >
        <pre className="font-mono text-small text-t1">{text}</pre>
      </section>
    </div>
  );
}
