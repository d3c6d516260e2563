'use client';

import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { ReadinessItem, ReadinessList, ReadinessReport } from '@/lib/contracts/readiness';
import { checkHref, STATE_STATUS, STATE_WORD } from '@/lib/domain/readiness-answer';
import { SignoffDialog } from './SignoffDialog';
import { WithdrawButton } from './WithdrawButton';

/** The readiness lists: answered by data where data answers, else by whoever signs. */
export function ListsPanel({ report, maySign }: { report: ReadinessReport; maySign: boolean }) {
  const [signing, setSigning] = useState<ReadinessItem | null>(null);
  return (
    <>
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-3">
        {report.lists.map((list) => (
          <List key={list.id} list={list} maySign={maySign} onSign={setSigning} />
        ))}
      </div>
      {signing === null ? null : <SignoffDialog item={signing} model={report.model} onClose={() => setSigning(null)} />}
    </>
  );
}

function List({
  list,
  maySign,
  onSign,
}: {
  list: ReadinessList;
  maySign: boolean;
  onSign: (item: ReadinessItem) => void;
}) {
  const answered = list.items.filter(({ state }) => state === 'pass' || state === 'signed').length;
  return (
    <Panel title={`List: ${list.title}`} definition={`${answered} of ${list.items.length} made sure`}>
      <ul>
        {list.items.map((item) => (
          <Item key={item.id} item={item} onSign={maySign && item.maySign ? () => onSign(item) : null} />
        ))}
      </ul>
    </Panel>
  );
}

function Item({ item, onSign }: { item: ReadinessItem; onSign: (() => void) | null }) {
  const { signoff } = item;
  return (
    <li className="grid gap-0.5 border-line border-t py-1.5 first:border-t-0">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium text-t1">{item.title}</span>
        <StatusWord status={STATE_STATUS[item.state]} word={STATE_WORD[item.state]} />
        <span className="flex-1" />
        {onSign === null ? null : (
          <Button onClick={onSign} aria-label={`${item.state === 'signed' ? 'Sign again' : 'Sign off'}: ${item.title}`}>
            {item.state === 'signed' ? 'Sign again' : 'Sign off'}
          </Button>
        )}
      </div>
      <p className="text-small text-t3">{item.what}</p>
      <p className="text-small text-t2 [overflow-wrap:anywhere]">
        {item.said}
        {item.check === null ? null : (
          <>
            {' '}
            <ViewLink to={checkHref(item.check)} className="link">
              Check<span className="sr-only"> of {item.title}</span>
            </ViewLink>
          </>
        )}
      </p>
      {signoff === null ? null : (
        <div className="flex flex-wrap items-baseline gap-x-2 text-small text-t2">
          <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
            “{signoff.reason}”{' '}
            <span className="text-t3">
              {signoff.author.name}
              {signoff.model === null ? '' : ` for ${signoff.model}`}, <RelativeTime atMs={signoff.signedAtMs} />,{' '}
              {signoff.isExpired ? 'ended' : 'ends'} <RelativeTime atMs={signoff.expiresAtMs} />
            </span>
          </p>
          {onSign === null ? null : <WithdrawButton signoff={signoff} title={item.title} />}
        </div>
      )}
    </li>
  );
}
