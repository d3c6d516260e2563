'use client';

import { Copy } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { ScrollRegion } from '@/components/ui/ScrollRegion';

/** Text to paste elsewhere, with a button that copies it. */
export function CopyBlock({ title, text }: { title: string; text: string }) {
  return (
    <div className="grid gap-1">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold text-small text-t1">{title}</h3>
        <Button onClick={() => void copyText(text, `${title} copied`)} aria-label={`Copy: ${title}`}>
          <Copy size={12} aria-hidden /> Copy
        </Button>
      </div>
      <ScrollRegion label={title} className="max-h-56 overflow-auto rounded-sm border border-line bg-raised p-2">
        <pre className="font-mono text-small text-t1">{text}</pre>
      </ScrollRegion>
    </div>
  );
}
