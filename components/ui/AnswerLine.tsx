'use client';

import { clsx } from 'clsx';
import { ViewLink } from '@/components/shell/ViewLink';
import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import { STATUS_WORD, StatusIcon } from './Status';

const TONE: Readonly<Record<AnswerPart['tone'], string>> = {
  value: 'text-t1',
  muted: 'text-t2 font-normal',
  ok: 'text-t1',
  watch: 'text-watch',
  bad: 'text-bad',
  unknown: 'text-unknown',
};

/** The sentences a page opens with: the verdict, its numbers, how sure they are, and the next step as a link. */
export function AnswerLine({ answer, label = 'Answer' }: { answer: AnswerText; label?: string }) {
  return (
    <section aria-label={label} className="max-w-[960px] text-answer font-medium">
      {answer.map(({ status, parts }, line) => (
        // The sentences have no identity but their order.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <p key={line} className="text-t1">
          <StatusIcon status={status} label={STATUS_WORD[status]} size={15} />{' '}
          {parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: runs of one sentence have no identity but their order
            <Part key={index} part={part} />
          ))}
        </p>
      ))}
    </section>
  );
}

function Part({ part }: { part: AnswerPart }) {
  // Only paths within the console: an answer quotes telemetry, and "//host" would leave the console.
  if (part.to !== undefined && /^\/(?!\/)/.test(part.to)) {
    return (
      <ViewLink to={part.to} className={clsx('link', part.tone !== 'value' && part.tone !== 'muted' && 'underline')}>
        {part.text}
      </ViewLink>
    );
  }
  return <span className={TONE[part.tone]}>{part.text}</span>;
}
