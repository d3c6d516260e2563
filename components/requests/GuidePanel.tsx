'use client';

import { ViewLink } from '@/components/shell/ViewLink';
import { StatusWord } from '@/components/ui/Status';
import type { Guide } from '@/lib/contracts/request-story';
import { Part } from './Part';

/** "Debug a wrong prediction", ticked by what was measured; what is not known stays open. */
export function GuidePanel({ guide, isTelling }: { guide: Guide | null; isTelling: boolean }) {
  return (
    <Part
      title="Was the prediction wrong? What the data says"
      definition="each step with its evidence; unknown is not the same as fine"
      part={guide}
      isTelling={isTelling}
      height={240}
      className="lg:col-span-2"
    >
      {({ steps }) => (
        <ol className="grid">
          {steps.map(({ id, question, status, word, evidence, to }) => (
            <li
              key={id}
              className="grid gap-x-4 border-line border-t py-1.5 first:border-t-0 sm:grid-cols-[250px_200px_1fr]"
            >
              <span className="text-t1">{question}</span>
              <span>
                <StatusWord status={status} word={word} />
              </span>
              <span className="min-w-0 text-small text-t2">
                {evidence.map((text) => (
                  <span key={text} className="block [overflow-wrap:anywhere]">
                    {text}
                  </span>
                ))}
                {to === null ? null : (
                  <ViewLink to={to} className="link">
                    Open the model
                  </ViewLink>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Part>
  );
}
