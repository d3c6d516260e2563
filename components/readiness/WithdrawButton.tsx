'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import type { ReadinessSignoff } from '@/lib/contracts/readiness';
import { withdrawSignoff } from '@/lib/queries/readiness';

/** Takes a sign-off back, at the second press. */
export function WithdrawButton({ signoff, title }: { signoff: ReadinessSignoff; title: string }) {
  const client = useQueryClient();
  const withdraw = useMutation(withdrawSignoff(client));
  const [isSure, setSure] = useState(false);
  const press = () =>
    isSure
      ? withdraw.mutate(signoff.id, { onSuccess: () => announce(`Sign-off of ${title} withdrawn`) })
      : setSure(true);
  return (
    <>
      <Button look="quiet" disabled={withdraw.isPending} onClick={press} onBlur={() => setSure(false)}>
        {isSure ? 'Press again to withdraw' : 'Withdraw'}
        <span className="sr-only"> {title}</span>
      </Button>
      <FormError error={withdraw.error} />
    </>
  );
}
