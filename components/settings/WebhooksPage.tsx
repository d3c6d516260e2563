'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { WebhookDelivery, WebhookEndpointReport } from '@/lib/contracts/webhook';
import { formatCount } from '@/lib/domain/format';
import { webhooksAnswer } from '@/lib/domain/record-answers';
import { deliveriesQuery } from '@/lib/queries/webhooks';
import { DeliveryDialog } from './DeliveryDialog';
import { DELIVERY_STATUS } from './delivery-status';
import { SettingsPages } from './SettingsPages';

const STATES = [
  { value: 'all', label: 'All' },
  { value: 'dead', label: 'Given up' },
  { value: 'pending', label: 'Waiting' },
  { value: 'delivered', label: 'Delivered' },
] as const;

/** What was sent to endpoints outside: what was given up first, each with its attempts, to be sent again. */
export function WebhooksPage() {
  const [stateText, setState] = useUrlParam('state');
  const [opened, setOpened] = useUrlParam('delivery');
  const [pages, setPages] = useState<readonly string[]>([]);
  const state = STATES.find(({ value }) => value === stateText)?.value ?? 'all';
  const after = pages.at(-1);
  const query = useQuery(
    deliveriesQuery({ ...(state === 'all' ? {} : { state }), ...(after === undefined ? {} : { after }) }),
  );
  const next = query.data?.next ?? null;
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="sr-only">Settings: webhooks</h1>
      <SettingsPages />
      {query.data === undefined ? null : <AnswerLine answer={webhooksAnswer(query.data.endpoints)} />}
      <Panel
        title="Endpoints"
        definition="webhooks.out of the configuration; signed, at least once, tried for three days"
      >
        <QueryState query={query} height={60}>
          {({ endpoints }) =>
            endpoints.length === 0 ? (
              <p className="text-t2">None is configured.</p>
            ) : (
              <DataTable
                label="Endpoints"
                rows={endpoints}
                columns={ENDPOINT_COLUMNS}
                rowId={({ name }) => name}
                sortParam="endpoints"
              />
            )
          }
        </QueryState>
      </Panel>
      <Panel
        title="Deliveries"
        definition="what was given up first, then what waits, then what arrived"
        height={60}
        actions={
          <Choice
            label="State"
            options={STATES}
            value={state}
            onChange={(value) => {
              setPages([]);
              setState(value === 'all' ? null : value);
            }}
          />
        }
      >
        <QueryState query={query} height={60}>
          {({ deliveries }) => (
            <>
              {deliveries.length === 0 ? (
                <p className="text-t2">
                  {after !== undefined
                    ? 'No further messages.'
                    : state === 'all'
                      ? 'No message was ever sent.'
                      : 'No message is in this state.'}
                </p>
              ) : (
                <DataTable
                  label="Deliveries"
                  rows={deliveries}
                  columns={DELIVERY_COLUMNS}
                  rowId={({ id }) => id}
                  onOpen={({ id }) => setOpened(id)}
                  sortParam="deliveries"
                />
              )}
              {pages.length === 0 && next === null ? null : (
                <div className="mt-2 flex gap-2">
                  <Button disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
                    Show earlier page
                  </Button>
                  <Button disabled={next === null} onClick={() => setPages(next === null ? pages : [...pages, next])}>
                    Show next page
                  </Button>
                </div>
              )}
            </>
          )}
        </QueryState>
      </Panel>
      {opened === null ? null : <DeliveryDialog id={opened} onClose={() => setOpened(null)} />}
    </div>
  );
}

const ENDPOINT_COLUMNS: readonly Column<WebhookEndpointReport>[] = [
  {
    id: 'name',
    header: 'Endpoint',
    value: ({ name }) => name,
    cell: ({ name }) => <span className="font-medium">{name}</span>,
  },
  {
    id: 'host',
    header: 'Host',
    value: ({ host }) => host,
    cell: ({ host }) =>
      host === null ? (
        <span className="text-t3">not configured any more</span>
      ) : (
        <span className="font-mono text-t2">{host}</span>
      ),
  },
  {
    id: 'events',
    header: 'Told of',
    value: ({ events }) => events.join(', '),
    cell: ({ events }) => <span className="text-t2">{events.join(', ').replace(/^\*$/, 'everything')}</span>,
  },
  {
    id: 'dead',
    header: 'Given up',
    numeric: true,
    value: ({ dead }) => dead,
    cell: ({ dead }) => <span className={dead > 0 ? 'font-medium text-bad' : 'text-t2'}>{formatCount(dead)}</span>,
  },
  {
    id: 'pending',
    header: 'Waiting',
    numeric: true,
    value: ({ pending }) => pending,
    cell: ({ pending }) => formatCount(pending),
  },
  {
    id: 'delivered',
    header: 'Delivered',
    numeric: true,
    value: ({ delivered }) => delivered,
    cell: ({ delivered }) => formatCount(delivered),
  },
  {
    id: 'last',
    header: 'Last arrived',
    numeric: true,
    value: ({ deliveredAtMs }) => deliveredAtMs,
    cell: ({ deliveredAtMs }) => <RelativeTime atMs={deliveredAtMs} />,
  },
];

const DELIVERY_COLUMNS: readonly Column<WebhookDelivery>[] = [
  {
    id: 'state',
    header: 'State',
    value: ({ state }) => state,
    cell: ({ state }) => <StatusWord {...DELIVERY_STATUS[state]} />,
  },
  {
    id: 'type',
    header: 'What happened',
    value: ({ type }) => type,
    cell: ({ type }) => <span className="font-medium">{type}</span>,
  },
  {
    id: 'subject',
    header: 'Of',
    value: ({ subject }) => subject,
    cell: ({ subject }) => <span className="font-mono text-t2">{subject}</span>,
    className: 'max-w-60 truncate',
  },
  { id: 'endpoint', header: 'Endpoint', value: ({ endpoint }) => endpoint, cell: ({ endpoint }) => endpoint },
  {
    id: 'attempts',
    header: 'Attempts',
    numeric: true,
    value: ({ attempts }) => attempts,
    cell: ({ attempts }) => formatCount(attempts),
  },
  {
    id: 'created',
    header: 'Since',
    numeric: true,
    value: ({ createdAtMs }) => createdAtMs,
    cell: ({ createdAtMs }) => <RelativeTime atMs={createdAtMs} />,
  },
  {
    id: 'reason',
    header: 'Why',
    value: ({ reason }) => reason,
    cell: ({ reason }) => <span className="text-t2">{reason ?? ''}</span>,
    className: 'max-w-96 truncate',
  },
];
