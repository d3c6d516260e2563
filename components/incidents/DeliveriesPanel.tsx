'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import type { AlertDelivery } from '@/lib/contracts/incident-alert';
import { formatBytes } from '@/lib/domain/format';
import { alertDeliveriesQuery, replayAlertDelivery } from '@/lib/queries/incidents';

const STATUS = { stored: 'ok', pending: 'watch', unparsed: 'bad' } as const;

/** Every body that arrived, what became of it, and the button that reads it again. */
export function DeliveriesPanel() {
  const deliveries = useQuery(alertDeliveriesQuery());
  return (
    <Panel
      title="Deliveries"
      definition="bodies as they came, the newest first; one body twice is counted, not stored again"
    >
      <QueryState
        query={deliveries}
        height={120}
        diagnosis={({ deliveries: all, receives }) =>
          all.length > 0
            ? null
            : {
                what: 'Nothing was delivered.',
                why:
                  receives.alertmanager || receives.grafana
                    ? 'The webhooks are open and nobody has sent anything.'
                    : 'No secret is configured, so the webhooks take nothing in.',
                action: null,
              }
        }
      >
        {({ deliveries: all, nextCursor }) => (
          <>
            <ul className="grid gap-1 text-small">
              {all.map((delivery) => (
                <DeliveryLine key={delivery.id} delivery={delivery} />
              ))}
            </ul>
            {nextCursor === null ? null : <p className="mt-1 text-small text-t3">Older ones are not shown.</p>}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function DeliveryLine({ delivery }: { delivery: AlertDelivery }) {
  const client = useQueryClient();
  const replay = useMutation(replayAlertDelivery(client));
  return (
    <li className="flex flex-wrap items-baseline gap-x-2 border-line border-t py-1">
      <StatusIcon status={STATUS[delivery.outcome]} label={delivery.outcome} />
      <RelativeTime atMs={delivery.receivedAtMs} />
      <span className="text-t2">{delivery.source}</span>
      <span className="min-w-0 flex-1 basis-64 text-t2 [overflow-wrap:anywhere]">{delivery.sentence}</span>
      <span className="text-t3 tabular-nums">
        {delivery.alerts} {delivery.alerts === 1 ? 'alert' : 'alerts'} · {formatBytes(delivery.sizeBytes)}
        {delivery.attempts > 1 ? ` · ${delivery.attempts} times` : ''}
        {delivery.cutBytes > 0 ? ` · ${formatBytes(delivery.cutBytes)} beyond our bound were lost` : ''}
      </span>
      <Button
        look="quiet"
        className="h-6! px-1!"
        disabled={replay.isPending}
        onClick={() => replay.mutate({ deliveryId: delivery.id }, { onSuccess: ({ sentence }) => announce(sentence) })}
      >
        Read again
      </Button>
      <FormError error={replay.error} />
    </li>
  );
}
