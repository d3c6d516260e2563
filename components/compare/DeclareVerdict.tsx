'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { openDialog } from '@/components/shell/dialogs';
import { useAddress } from '@/components/ui/address';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { useFrozen } from '@/components/ui/frozen';
import { usePin } from '@/components/ui/pin';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import { pinPanel } from '@/lib/queries/evidence';

/** Declares an incident from a verdict: what was judged is kept first, so that the record shows it whatever comes later. */
export function DeclareVerdict({ inputs, result }: { inputs: Compare['inputs']; result: CompareResult }) {
  const client = useQueryClient();
  const keep = useMutation(pinPanel(client));
  const { pathname, search } = useAddress();
  const pin = usePin(undefined);
  const isFrozen = useFrozen() !== null;
  // One verdict is kept once, however often the button is pressed before the form is sent.
  const [id] = useState(() => crypto.randomUUID());
  if (pin === null || isFrozen || result.verdict.kind !== 'roll-back') return null;
  const { kind, path, params } = pin;
  const version = inputs.challenger?.version;
  const name = `${inputs.model} ${version ?? ''}`.trim();
  const declare = () =>
    keep.mutate(
      {
        id,
        kind,
        path,
        params,
        title: `Verdict on ${name}`,
        look: { pathname, search: search.toString() },
        beside: [],
      },
      {
        onSuccess: (evidence) =>
          openDialog({
            kind: 'declare',
            from: {
              title: `${name}: the comparison says roll back`,
              text: result.verdict.reasons.map(({ text }) => text).join('\n'),
              model: inputs.model,
              version,
              startedAtMs: inputs.startMs,
              origin: { kind: 'verdict', ref: evidence.id },
              evidenceId: evidence.id,
            },
          }),
      },
    );
  return (
    <div className="mt-3 grid gap-2">
      <Button className="justify-self-start" disabled={keep.isPending} onClick={declare}>
        {keep.isPending ? 'Keeping the verdict …' : 'Declare incident'}
      </Button>
      <FormError error={keep.error} />
    </div>
  );
}
