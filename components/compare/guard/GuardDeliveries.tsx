'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import type { GuardAction, GuardDelivery } from '@/lib/contracts/rollout';
import { replayGuardDelivery } from '@/lib/queries/rollouts';

const STATUS = { delivered: 'ok', dead: 'bad', pending: 'unknown' } as const;
const WORD: Readonly<Record<string, string>> = { delivered: 'delivered', dead: 'given up', pending: 'on its way' };

const statusOf = (state: string) => (state in STATUS ? STATUS[state as keyof typeof STATUS] : 'unknown');

/** What the guard did last, and whether those it told have heard. */
export function GuardDeliveries({ action }: { action: GuardAction }) {
  return (
    <div className="grid gap-1">
      <h3 className="font-semibold text-small text-t1">Last action</h3>
      <p className="text-small text-t2">
        <RelativeTime atMs={action.atMs} />
        {action.dryRun ? ', recorded only: ' : ': '}
        <span className="text-t1">{action.sentence}</span>
      </p>
      {action.deliveries.length === 0 ? (
        <p className="text-small text-t2">
          {action.dryRun ? 'In dry run nothing is called.' : 'It had nobody to tell.'}
        </p>
      ) : (
        <ul className="grid gap-1" aria-label="Deliveries">
          {action.deliveries.map((delivery) => (
            <Delivery key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Delivery({ delivery }: { delivery: GuardDelivery }) {
  const client = useQueryClient();
  const replay = useMutation(replayGuardDelivery(client));
  const { id, endpoint, state, attempts, lastError } = delivery;
  return (
    <li className="text-small">
      <StatusIcon status={statusOf(state)} label={WORD[state] ?? state} />{' '}
      <span className="font-medium text-t1">{endpoint}</span>{' '}
      <span className="text-t2">
        {WORD[state] ?? state}, {attempts} {attempts === 1 ? 'attempt' : 'attempts'}
        {lastError === null || state === 'delivered' ? '' : `: ${lastError}`}
      </span>
      {state === 'dead' ? (
        <Button
          className="ml-2"
          disabled={replay.isPending}
          aria-label={`Send to ${endpoint} again`}
          onClick={() => replay.mutate({ id }, { onSuccess: () => announce(`Sending to ${endpoint} again`) })}
        >
          Send again
        </Button>
      ) : null}
      <FormError error={replay.error} />
    </li>
  );
}
