'use client';

import { FieldError } from '@/components/ui/FieldError';
import { StatusIcon } from '@/components/ui/Status';
import type { SilencePreview } from '@/lib/contracts/silence';

/** What a silence would mute now, in which Alertmanager, and why it cannot be made. */
export function PreviewText({
  preview,
  isAsked,
}: {
  preview: { data?: SilencePreview | undefined; error: Error | null; isPlaceholderData: boolean };
  isAsked: boolean;
}) {
  const { data, error } = preview;
  if (!isAsked) return <p className="text-small text-t3">Say what is to be silenced: a label and its value.</p>;
  if (error !== null && data === undefined) {
    return <FieldError>{error.message} Nothing can be silenced until it answers.</FieldError>;
  }
  if (data === undefined) return <p className="text-small text-t3">Asking what it would mute …</p>;
  const more = data.matchedCount - data.matched.length;
  return (
    <div className={preview.isPlaceholderData ? 'dim-late grid gap-2' : 'grid gap-2'}>
      <p className={data.extreme === null ? 'text-t1' : 'text-watch'}>
        {data.extreme === null ? null : <StatusIcon status="watch" label="needs a look" />} {data.sentence}
      </p>
      {data.faults.map((fault) => (
        <FieldError key={fault}>{fault}</FieldError>
      ))}
      {data.matched.length === 0 ? null : (
        <ul aria-label="Alerts it would mute" className="grid max-h-40 gap-0.5 overflow-y-auto text-small text-t2">
          {data.matched.map(({ name, model, labels }) => (
            <li key={JSON.stringify(labels)} className="truncate" title={JSON.stringify(labels)}>
              {name}
              {model === null ? '' : ` of ${model}`}
            </li>
          ))}
          {more > 0 ? <li className="text-t3">and {more} more</li> : null}
        </ul>
      )}
      <p className="text-small text-t3">
        Written to {data.writesTo}
        {data.version === null ? '' : ` (Alertmanager ${data.version})`}; made by you, as this console knows you.
      </p>
    </div>
  );
}
