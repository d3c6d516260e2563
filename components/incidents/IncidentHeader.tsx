'use client';

import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { PresenceLine } from '@/components/ui/PresenceLine';
import { StatusIcon } from '@/components/ui/Status';
import type { LiveState } from '@/components/ui/use-live';
import type { Incident } from '@/lib/contracts/incident';
import type { IncidentStatus } from '@/lib/contracts/incident-words';
import { partName } from '@/lib/domain/incident';
import { incidentExportAddress } from '@/lib/queries/incidents';
import { EditIncidentDialog } from './EditIncidentDialog';
import { IncidentStatusMark, SeverityMark } from './Marks';
import { StatusDialog } from './StatusDialog';
import { incidentName, incidentPath, statusVerb } from './words';

const LIVE_WORD: Readonly<Record<LiveState, string | null>> = {
  connecting: null,
  live: null,
  lost: 'Changes of others do not arrive: the console cannot be reached. The browser tries again.',
};

/** What it is, how bad, where it stands, and the steps from here. */
export function IncidentHeader({ incident, live }: { incident: Incident; live: LiveState }) {
  const [step, setStep] = useState<IncidentStatus | null>(null);
  const [isEditing, setEditing] = useState(false);
  const { number, postmortem } = incident;
  return (
    <header className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <SeverityMark severity={incident.severity} />
        <h1 className="min-w-0 text-[18px] text-t1 font-semibold [overflow-wrap:anywhere]">{incident.title}</h1>
        <span className="text-small text-t3">{incidentName(number)}</span>
        <span className="text-small">
          <IncidentStatusMark status={incident.status} />
        </span>
        {incident.drill ? <span className="text-small text-t3">drill</span> : null}
        <div className="ml-auto flex flex-wrap gap-2 max-sm:ml-0">
          {incident.nextStatuses.map((status) => (
            <Button key={status} onClick={() => setStep(status)}>
              {statusVerb(incident.status, status)}
            </Button>
          ))}
          <Button look="quiet" onClick={() => setEditing(true)}>
            Edit
          </Button>
          <ViewLink
            to={`${incidentPath(number)}/postmortem`}
            className="inline-flex h-7 items-center rounded-panel border border-line bg-panel px-2.5 text-small text-t1 hover:bg-raised"
          >
            Postmortem{postmortem === null ? '' : `: ${postmortem.state.replace('_', ' ')}`}
          </ViewLink>
          <a
            href={incidentExportAddress(String(number))}
            download
            className="inline-flex h-7 items-center rounded-panel border border-line bg-panel px-2.5 text-small text-t1 hover:bg-raised"
          >
            Export
          </a>
        </div>
      </div>
      <p className="max-w-[960px] text-answer text-t1 font-medium">{incident.answer}</p>
      {incident.cautions.map((sentence) => (
        <p key={sentence} className="text-small text-t2">
          <StatusIcon status="watch" label="needs a look" /> {sentence}
        </p>
      ))}
      <PresenceLine nameOf={partName} />
      {LIVE_WORD[live] === null ? null : (
        <p role="status" className="text-small text-watch">
          <StatusIcon status="watch" /> {LIVE_WORD[live]}
        </p>
      )}
      {step === null ? null : <StatusDialog incident={incident} status={step} onClose={() => setStep(null)} />}
      {isEditing ? <EditIncidentDialog incident={incident} onClose={() => setEditing(false)} /> : null}
    </header>
  );
}
