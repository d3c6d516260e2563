'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { Impact, ImpactAgainst } from '@/lib/contracts/impact';
import type { Incident } from '@/lib/contracts/incident';
import { formatRange } from '@/lib/domain/format';
import { impactEntryText } from '@/lib/domain/impact-answer';
import { type ImpactStretch, impactStretch } from '@/lib/domain/incident-impact';
import { MINUTE_MS } from '@/lib/domain/time';
import { pinPanel } from '@/lib/queries/evidence';
import { impactQuery } from '@/lib/queries/impact';
import { addEntry } from '@/lib/queries/incidents';
import { ImpactTable } from './ImpactTable';

const HEIGHT = 180;
const AGAINST = [
  { value: 'before', label: 'right before' },
  { value: 'day', label: 'a day before' },
  { value: 'week', label: 'a week before' },
] as const;

const isOver = ({ status }: Incident): boolean => status === 'resolved' || status === 'reviewed';

/** Of a past incident: what was written down then, since the telemetry it was counted from may be gone or another. */
function WrittenImpact({ impact, onCount }: { impact: NonNullable<Incident['impact']>; onCount: () => void }) {
  return (
    <Panel title="Impact in predictions" definition="as it was written down">
      <p className="max-w-[960px] whitespace-pre-wrap text-body text-t1 [overflow-wrap:anywhere]">{impact.text}</p>
      <div className="mt-2 flex flex-wrap items-center gap-3 text-small">
        <ViewLink to={`/evidence/${impact.evidenceId}`} className="link">
          Open the pin
        </ViewLink>
        <Button onClick={onCount}>Count it from today’s telemetry</Button>
      </div>
    </Panel>
  );
}

/** Impact in predictions, by model and version, between the start of the trouble and its end. */
export function ImpactPanel({ incident }: { incident: Incident }) {
  // While it goes on its end is now: of when the page was opened, or the question would be another with every second.
  const [nowMs] = useState(() => Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS);
  const [isCounted, setCounted] = useState(incident.impact === null || !isOver(incident));
  if (incident.impact !== null && !isCounted) {
    return <WrittenImpact impact={incident.impact} onCount={() => setCounted(true)} />;
  }
  const stretch = impactStretch(incident, nowMs);
  if (stretch === null) {
    return (
      <Panel title="Impact in predictions">
        <p className="text-small text-t2">
          It ends before it begins, so that there is nothing to count between. Correct its times under Edit.
        </p>
      </Panel>
    );
  }
  return <MeasuredImpact incident={incident} stretch={stretch} />;
}

function MeasuredImpact({ incident, stretch }: { incident: Incident; stretch: ImpactStretch }) {
  const { zone } = useZone();
  const [against, setAgainst] = useState<ImpactAgainst>('before');
  const { startMs, endMs, startIs, goesOn } = stretch;
  const asked = impactQuery({ startMs, endMs, against });
  const impact = useQuery(asked);
  const counted = formatRange(startMs, endMs, zone);
  const from = startIs === null ? '' : `, from ${startIs}`;
  return (
    <QueryPanel
      title="Impact in predictions"
      definition={`${counted}${from}${goesOn ? ', so far' : ''}; 95 % intervals`}
      pin={pinOf('impact', asked)}
      actions={<Choice label="Against the time" options={AGAINST} value={against} onChange={setAgainst} />}
      query={impact}
      height={HEIGHT}
    >
      {(told) => (
        <>
          <ImpactTable impact={told} />
          <WriteDown key={JSON.stringify([startMs, endMs, against])} incident={incident} impact={told} />
        </>
      )}
    </QueryPanel>
  );
}

/** Keeps the numbers: a pin of the answer, and a fact of the timeline that the postmortem is drafted from. */
function WriteDown({ incident, impact }: { incident: Incident; impact: Impact }) {
  const client = useQueryClient();
  const pin = useMutation(pinPanel(client));
  const add = useMutation(addEntry(client));
  // Made once, so that a second press stores nothing twice.
  const [ids] = useState(() => ({ pin: crypto.randomUUID(), entry: crypto.randomUUID() }));
  const { startMs, endMs, against } = impact;
  const write = async () => {
    const evidence = await pin.mutateAsync({
      id: ids.pin,
      kind: 'impact',
      title: `Impact of INC-${incident.number} in predictions`,
      path: 'impact',
      params: { startMs, endMs, against },
      look: { pathname: `/incidents/${incident.number}`, search: '' },
      beside: [],
    });
    await add.mutateAsync({
      incidentId: incident.id,
      id: ids.entry,
      kind: 'fact',
      text: impactEntryText(impact),
      occurredAtMs: Math.min(endMs, Date.now()),
      evidenceId: evidence.id,
    });
    announce('The impact stands on the timeline');
  };
  const isBusy = pin.isPending || add.isPending;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2 text-small">
      {add.isSuccess ? (
        <p className="text-t2">It stands on the timeline with its pin; the postmortem is drafted from it.</p>
      ) : (
        // What failed is said below, and stays in the mutation.
        <Button disabled={isBusy} onClick={() => void write().catch(() => undefined)}>
          {isBusy ? 'Writing it down …' : 'Write it down'}
        </Button>
      )}
      <FormError error={pin.error ?? add.error} />
    </div>
  );
}
