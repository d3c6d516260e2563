'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { StatusIcon } from '@/components/ui/Status';
import type { GuardEvaluation } from '@/lib/contracts/rollout';
import { formatBytes, formatInstant } from '@/lib/domain/format';
import { guardReplayQuery } from '@/lib/queries/rollouts';
import { VERDICT_WORD } from './VerdictStrip';

/** One evaluation: verdict, what the guard made of it, its reasons; and the same verdict made again from what was kept. */
export function EvaluationDetails({ evaluation }: { evaluation: GuardEvaluation }) {
  const { zone } = useZone();
  const [replayed, setReplayed] = useState<string | null>(null);
  const { id, atMs, verdict, decided, reasons, champion, challenger } = evaluation;
  const deciding = reasons.filter(({ decides }) => decides);
  return (
    <div className="grid gap-1 text-small">
      <p aria-live="polite" className="text-t1">
        <span className="font-medium">{formatInstant(atMs, zone)}</span>: {VERDICT_WORD[verdict]}
        {challenger === null ? '' : `, ${challenger} against ${champion ?? 'nothing'}`}. {decided}
      </p>
      <ul className="grid gap-0.5 text-t2">
        {deciding.slice(0, 4).map(({ text, status }) => (
          <li key={text}>
            <StatusIcon status={status} /> {text}
          </li>
        ))}
      </ul>
      {replayed === id ? (
        <Replayed id={id} />
      ) : (
        <Button className="justify-self-start" onClick={() => setReplayed(id)}>
          Judge it again
        </Button>
      )}
    </div>
  );
}

function Replayed({ id }: { id: string }) {
  const query = useQuery(guardReplayQuery(id));
  return (
    <QueryState query={query} height={40}>
      {({ same, sentence, sha256, inputs, console: version }) => (
        <div className="grid gap-0.5 text-t2">
          <p className={same ? 'text-t1' : 'font-medium text-watch'}>
            <StatusIcon status={same ? 'ok' : 'watch'} /> {sentence}
          </p>
          <p>
            From the kept inputs, {formatBytes(inputs.sizeBytes)}
            {inputs.intact ? '' : ', which are not the ones that were kept'}; console {version.kept} then, {version.now}{' '}
            now; SHA-256 <code className="break-all font-mono">{sha256.now.slice(0, 16)}…</code>
          </p>
        </div>
      )}
    </QueryState>
  );
}
