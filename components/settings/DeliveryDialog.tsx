'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { FormError } from '@/components/ui/FormError';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { WebhookAttempt, WebhookDeliveryDetail } from '@/lib/contracts/webhook';
import { deliveryQuery, replayDelivery } from '@/lib/queries/webhooks';
import { DELIVERY_STATUS } from './delivery-status';

/** One message: how it stands, every attempt with the endpoint's own words, its body, and sending it again. */
export function DeliveryDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const delivery = useQuery(deliveryQuery(id));
  const replay = useMutation(replayDelivery(useQueryClient()));
  return (
    <Dialog title={delivery.data?.type ?? 'Delivery'} description={`webhook-id ${id}`} onClose={onClose}>
      <QueryState query={delivery} height={160}>
        {(data) => (
          <div className="grid gap-3 text-small">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <StatusWord {...DELIVERY_STATUS[data.state]} />
              <span className="text-t2">
                to {data.endpoint}, of <span className="break-all font-mono">{data.subject}</span>
              </span>
              {data.state === 'delivered' ? null : (
                <Button className="ml-auto" disabled={replay.isPending} onClick={() => replay.mutate(id)}>
                  {data.state === 'dead' ? 'Send again' : 'Try now'}
                </Button>
              )}
            </div>
            <FormError error={replay.error} />
            <Standing delivery={data} />
            <ol className="grid gap-2" aria-label="Attempts">
              {data.history.map((attempt) => (
                <Attempt key={attempt.number} attempt={attempt} />
              ))}
            </ol>
            <details>
              <summary className="cursor-pointer text-t2">Body as it is sent</summary>
              <pre className="mt-1 overflow-auto whitespace-pre-wrap break-all rounded-panel bg-raised p-2 font-mono">
                {data.payload}
              </pre>
            </details>
            <p className="break-all text-t3">idempotency-key {data.idempotencyKey}</p>
          </div>
        )}
      </QueryState>
    </Dialog>
  );
}

function Standing({ delivery }: { delivery: WebhookDeliveryDetail }) {
  return (
    <p className="text-t2">
      {delivery.reason === null ? null : <>{delivery.reason} </>}
      {delivery.nextAttemptAtMs === null ? null : (
        <>
          Next attempt: <RelativeTimeAhead atMs={delivery.nextAttemptAtMs} />
        </>
      )}
      {delivery.settledAtMs === null ? null : (
        <>
          {delivery.state === 'dead' ? 'Given up ' : 'Arrived '}
          <RelativeTime atMs={delivery.settledAtMs} />.
        </>
      )}
    </p>
  );
}

/** An instant to come by its clock time: an age would say nothing. */
function RelativeTimeAhead({ atMs }: { atMs: number }) {
  return <time dateTime={new Date(atMs).toISOString()}>{new Date(atMs).toLocaleString('en-GB')}.</time>;
}

const OUTCOME = {
  delivered: { status: 'ok', word: 'delivered' },
  failed: { status: 'bad', word: 'failed' },
  interrupted: { status: 'unknown', word: 'cut off' },
  'under way': { status: 'watch', word: 'under way' },
} as const;

function Attempt({ attempt }: { attempt: WebhookAttempt }) {
  return (
    <li className="grid gap-1 border-line border-t pt-2">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="text-t3 tabular-nums">{attempt.number}.</span>
        <StatusWord {...OUTCOME[attempt.outcome]} />
        <span className="text-t2">
          {attempt.status === null ? 'no answer' : `status ${attempt.status}`}
          {attempt.durationMs === null ? '' : `, ${attempt.durationMs} ms`}
        </span>
        <span className="ml-auto text-t2">
          <RelativeTime atMs={attempt.startedAtMs} />
        </span>
      </div>
      {attempt.reason === null ? null : <p>{attempt.reason}</p>}
      {attempt.answer === null || attempt.answer === '' ? null : (
        <details>
          <summary className="cursor-pointer text-t2">What it answered</summary>
          <pre className="mt-1 max-h-40 overflow-auto whitespace-pre-wrap break-all rounded-panel bg-raised p-2 font-mono">
            {attempt.answer}
          </pre>
        </details>
      )}
    </li>
  );
}
