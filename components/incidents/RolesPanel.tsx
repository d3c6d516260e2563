'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { Popover } from '@/components/ui/Popover';
import { RelativeTime } from '@/components/ui/RelativeTime';
import type { Incident } from '@/lib/contracts/incident';
import type { IncidentRole } from '@/lib/contracts/incident-role';
import { INCIDENT_ROLES, type IncidentRoleName, MAX_PERSON_CHARACTERS } from '@/lib/contracts/incident-words';
import { endRole, takeRole } from '@/lib/queries/incidents';
import { ROLE_NAME } from './words';

/** Who does what, since when; earlier holders stay on record. */
export function RolesPanel({ incident }: { incident: Incident }) {
  const earlier = incident.roles.filter(({ toMs }) => toMs !== null);
  return (
    <Panel title="Roles">
      <ul className="grid gap-1 text-small">
        {INCIDENT_ROLES.map((role) => (
          <RoleRow
            key={role}
            incidentId={incident.id}
            role={role}
            holders={incident.roles.filter((one) => one.role === role && one.toMs === null)}
          />
        ))}
      </ul>
      {earlier.length === 0 ? null : (
        <details className="mt-2 text-small text-t3">
          <summary className="cursor-pointer">Earlier: {earlier.length}</summary>
          <ul className="mt-1 grid gap-0.5">
            {earlier.map(({ id, role, person, fromMs, toMs }) => (
              <li key={id}>
                {ROLE_NAME[role]}: {person}, <RelativeTime atMs={fromMs} /> to <RelativeTime atMs={toMs} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function RoleRow({
  incidentId,
  role,
  holders,
}: {
  incidentId: string;
  role: IncidentRoleName;
  holders: readonly IncidentRole[];
}) {
  const client = useQueryClient();
  const end = useMutation(endRole(client));
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="flex min-h-6 items-center justify-between gap-2">
      <span className="text-t2">{ROLE_NAME[role]}</span>
      <span className="flex flex-wrap items-center justify-end gap-1 text-t1">
        {holders.length === 0 ? <span className="text-t3">nobody</span> : null}
        {holders.map(({ id, person }) => (
          <Button
            key={id}
            look="quiet"
            className="h-6! px-1!"
            title={`${person} lays the role down`}
            aria-label={`${person} lays ${ROLE_NAME[role]} down`}
            disabled={end.isPending}
            onClick={() => end.mutate({ incidentId, roleId: id })}
          >
            {person} ×
          </Button>
        ))}
        <Popover
          label={`Who takes ${ROLE_NAME[role]}`}
          isOpen={isOpen}
          onOpenChange={setOpen}
          trigger={
            <Button look="quiet" className="h-6! px-1!" aria-label={`Assign ${ROLE_NAME[role]}`}>
              assign
            </Button>
          }
        >
          <AssignForm incidentId={incidentId} role={role} onDone={() => setOpen(false)} />
        </Popover>
      </span>
    </li>
  );
}

function AssignForm({ incidentId, role, onDone }: { incidentId: string; role: IncidentRoleName; onDone: () => void }) {
  const client = useQueryClient();
  const take = useMutation(takeRole(client));
  const [person, setPerson] = useState('');
  const [id] = useState(() => crypto.randomUUID());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate({ incidentId, id, role, person: person.trim() }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="grid w-56 gap-2 p-2">
      <label className="grid gap-1 text-t2">
        Name of the {ROLE_NAME[role].toLowerCase()}
        <input
          required
          maxLength={MAX_PERSON_CHARACTERS}
          className="h-7 rounded-panel border border-line bg-raised px-2 text-t1"
          value={person}
          onChange={(event) => setPerson(event.target.value)}
        />
      </label>
      <FormError error={take.error} />
      <Button type="submit" look="primary" disabled={take.isPending || person.trim() === ''}>
        Assign
      </Button>
    </form>
  );
}
