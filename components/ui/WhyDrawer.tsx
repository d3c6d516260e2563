'use client';

import { ExternalLink, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { Fragment } from 'react';
import type { Why } from '@/lib/contracts/why';
import { formatDuration, formatInstant, formatMs, formatRange } from '@/lib/domain/format';
import { Button, IconButton } from './Button';
import { copyText } from './clipboard';
import { useZone } from './preference';
import { ScrollRegion } from './ScrollRegion';
import { StatusIcon } from './Status';

export interface WhyDrawerProps {
  title: string;
  why: readonly Why[];
  onClose: () => void;
  onCsv?: () => void;
  onPng?: () => void;
}

/** How every number of a panel came to be: the exact queries, their ranges and sources, what was cut off. */
export function WhyDrawer({ title, why, onClose, onCsv, onPng }: WhyDrawerProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-bg/60" />
        <Dialog.Content className="fixed inset-y-0 right-0 z-50 flex w-[560px] max-w-full flex-col border-line border-l bg-panel shadow-float">
          <header className="flex items-start gap-2 border-line border-b p-3">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="text-body font-semibold">Why: {title}</Dialog.Title>
              <Dialog.Description className="text-small text-t3">
                {why.length === 1
                  ? 'The query behind this panel, as it ran.'
                  : `The ${why.length} queries behind this panel, as they ran.`}
              </Dialog.Description>
            </div>
            {onCsv === undefined ? null : <Button onClick={onCsv}>Download CSV</Button>}
            {onPng === undefined ? null : <Button onClick={onPng}>Download PNG</Button>}
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X size={14} aria-hidden />
              </IconButton>
            </Dialog.Close>
          </header>
          <ScrollRegion label="Queries" className="min-h-0 flex-1 overflow-y-auto">
            {why.map((each, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one panel may run the same query twice
              <Query key={index} why={each} />
            ))}
          </ScrollRegion>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Query({ why }: { why: Why }) {
  const { zone } = useZone();
  const facts: (readonly [string, string])[] = [
    ['Source', `${why.source} (${why.kind})`],
    ...(why.startMs === why.endMs
      ? ([['At', formatInstant(why.endMs, zone)]] as const)
      : ([
          ['Range', formatRange(why.startMs, why.endMs, zone)],
          ['Step', why.stepMs === null ? 'none: all of the range' : formatDuration(why.stepMs)],
        ] as const)),
    ['Took', why.cached ? `${formatMs(why.elapsedMs)} when first asked; from the cache now` : formatMs(why.elapsedMs)],
  ];
  return (
    <article className="grid gap-2 border-line border-b p-3">
      <h3 className="text-body font-medium">{why.purpose}</h3>
      {why.query === '' ? null : (
        <pre className="overflow-x-auto whitespace-pre-wrap rounded-sm bg-raised p-2 font-mono text-small [overflow-wrap:anywhere]">
          {why.query}
        </pre>
      )}
      <dl className="grid grid-cols-[64px_1fr] gap-x-3 text-small">
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt className="text-t3">{name}</dt>
            <dd className="text-t1">{value}</dd>
          </Fragment>
        ))}
      </dl>
      {[...(why.truncated === null ? [] : [why.truncated]), ...why.warnings].map((warning) => (
        <p key={warning} className="text-small text-t2">
          <StatusIcon status="watch" label="warning" /> {warning}
        </p>
      ))}
      <div className="flex flex-wrap gap-2">
        {why.query === '' ? null : <Button onClick={() => void copyText(why.query, 'Query copied')}>Copy query</Button>}
        <Button onClick={() => void copyText(toCurl(why.requestUrl), 'curl command copied')}>Copy as curl</Button>
        {why.exploreUrl !== null && /^https?:\/\//i.test(why.exploreUrl) ? (
          <a
            href={why.exploreUrl}
            target="_blank"
            rel="noreferrer"
            className="link inline-flex items-center gap-1 px-2.5 text-small"
          >
            Open in Grafana <ExternalLink size={12} aria-hidden />
          </a>
        ) : null}
      </div>
    </article>
  );
}

/** A request as a shell runs it: the address in single quotes, in which only a single quote means anything. */
const toCurl = (url: string): string => `curl -sS '${url.replaceAll("'", "'\\''")}'`;
