'use client';

import { Button } from '@/components/ui/Button';

/** A page that could not be drawn. The rest of the console goes on. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert" className="grid max-w-[640px] gap-2">
      <h1 className="font-semibold text-title">This page could not be drawn</h1>
      <p className="text-t2">
        This is a fault of the console, not of your telemetry. Drawing it again may help; if it does not, this is what
        to report:
      </p>
      <pre className="overflow-x-auto whitespace-pre-wrap rounded-sm bg-raised p-2 font-mono text-small [overflow-wrap:anywhere]">
        {error.digest === undefined ? error.message : `${error.message} (${error.digest})`}
      </pre>
      <p>
        <Button onClick={reset}>Draw it again</Button>
      </p>
    </div>
  );
}
