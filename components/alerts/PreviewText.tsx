'use client';

import { FieldError } from '@/components/ui/FieldError';
import { StatusIcon } from '@/components/ui/Status';
import type { MutedAlert, SilencePreview } from '@/lib/contracts/silence';

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
  return (
    <div className={preview.isPlaceholderData ? 'dim-late grid gap-2' : 'grid gap-2'}>
      <p className={data.extreme === null ? 'text-t1' : 'text-watch'}>
        {data.extreme === null ? null : <StatusIcon status="watch" label="needs a look" />} {data.sentence}
      </p>
      {data.faults.map((fault) => (
        <FieldError key={fault}>{fault}</FieldError>
      ))}
      <Alerts
        label={data.lately === null ? 'Alerts it would mute' : 'Alerts of now that it fits'}
        alerts={data.matched}
        count={data.matchedCount}
      />
      {data.lately === null || data.lately.count === 0 ? null : (
        <>
          <p className="text-small text-t3">Fired in the last 7 d, and would be muted:</p>
          <Alerts
            label="Alerts of the last 7 days that it fits"
            alerts={data.lately.alerts}
            count={data.lately.count}
          />
        </>
      )}
      <p className="text-small text-t3">
        Written to {data.writesTo}
        {data.version === null ? '' : ` (Alertmanager ${data.version})`}; made by you, as this console knows you.
      </p>
    </div>
  );
}

function Alerts({ label, alerts, count }: { label: string; alerts: readonly MutedAlert[]; count: number }) {
  if (alerts.length === 0) return null;
  const more = count - alerts.length;
  return (
    <ul aria-label={label} className="grid max-h-40 gap-0.5 overflow-y-auto text-small text-t2">
      {alerts.map(({ name, model, labels }) => (
        <li key={JSON.stringify(labels)} className="truncate" title={JSON.stringify(labels)}>
          {name}
          {model === null ? '' : ` of ${model}`}
        </li>
      ))}
      {more > 0 ? <li className="text-t3">and {more} more</li> : null}
    </ul>
  );
}
