'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { Fragment } from 'react';
import { Button } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { formatDay, formatInstant } from '@/lib/domain/format';
import { incidentQuery } from '@/lib/queries/incidents';
import { postmortemQuery } from '@/lib/queries/postmortems';
import { withReferenceLinks } from './entry-links';

const Markdown = dynamic(() => import('@/components/ui/Markdown').then((file) => file.Markdown), { ssr: false });

/**
 * The postmortem as one page of paper: no buttons, no panels; what it refers to, with the hashes of pins, and the
 * approval with the hash of its text at the end.
 */
export function PrintPage({ incidentId }: { incidentId: string }) {
  const { zone } = useZone();
  const incident = useQuery(incidentQuery(incidentId));
  const postmortem = useQuery(postmortemQuery(incidentId));
  return (
    <QueryState query={postmortem} height={320}>
      {({ sections, actions, reviews, references, textHash, answer }) => (
        <article className="mx-auto grid max-w-[760px] gap-4 text-body">
          <div data-noprint>
            <Button onClick={() => window.print()}>Print</Button>
          </div>
          <h1 className="font-semibold text-[20px]">
            INC-{incident.data?.number ?? incidentId}: {incident.data?.title ?? ''}
          </h1>
          <p className="text-t2">{answer}</p>
          {sections
            .filter(({ text }) => text.trim() !== '')
            .map(({ key, title, text }) => (
              <section key={key} className="break-inside-avoid-page">
                <h2 className="mb-1 font-semibold text-answer">{title}</h2>
                <Markdown text={withReferenceLinks(text)} />
              </section>
            ))}
          {actions.length === 0 ? null : (
            <section>
              <h2 className="mb-1 font-semibold text-answer">Actions</h2>
              <ul className="list-disc pl-5">
                {actions.map((action) => (
                  <li key={action.id}>
                    {action.text} ({action.kind}, {action.owner ?? 'no owner'},{' '}
                    {action.dueAtMs === null ? 'no date' : `due ${formatDay(action.dueAtMs, zone)}`}, {action.state})
                    {action.probe === null ? null : (
                      <span className="block text-small text-t2 [overflow-wrap:anywhere]">
                        {action.verified === null
                          ? 'Not yet verified'
                          : `Verified ${formatInstant(action.verified.atMs, zone)}`}
                        {action.checked === null ? '' : `: ${action.checked.sentence}`}{' '}
                        <code className="font-mono">{action.probe.query}</code> is to be {action.probe.passes}.
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          )}
          {references.length === 0 ? null : (
            <section>
              <h2 className="mb-1 font-semibold text-answer">References</h2>
              <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-small text-t2">
                {references.map(({ label, text }) => (
                  <Fragment key={label}>
                    <dt id={label} className="tabular-nums">
                      {label}
                    </dt>
                    <dd className="[overflow-wrap:anywhere]">{text}</dd>
                  </Fragment>
                ))}
              </dl>
            </section>
          )}
          <footer className="border-line border-t pt-2 text-small text-t2">
            {reviews
              .filter(({ current, verdict }) => current && verdict === 'approve')
              .map(({ id, by, atMs }) => (
                <p key={id}>
                  Approved by {by.name}, {formatInstant(atMs, zone)}
                </p>
              ))}
            <p className="[overflow-wrap:anywhere]">Text sha256 {textHash}</p>
          </footer>
        </article>
      )}
    </QueryState>
  );
}
