'use client';

import { useSyncExternalStore } from 'react';
import { Panel } from '@/components/ui/Panel';
import type { GuardState } from '@/lib/contracts/rollout';
import { argoYaml, flaggerYaml, gateUrl } from '@/lib/domain/gate-snippets';
import { CopyBlock } from './CopyBlock';

const never = () => () => {};

/** Where other tools ask what to do with a rollout, and what to paste into them. */
export function GatePanel({ guard, publicUrl }: { guard: GuardState; publicUrl: string | null }) {
  // The address bar, which the server does not know.
  const own = useSyncExternalStore(
    never,
    () => window.location.origin,
    () => '',
  );
  const base = (publicUrl ?? own).replace(/\/+$/, '');
  if (base === '') return null;
  const asked = { base, model: guard.model, intervalMs: guard.policy.intervalMs };
  return (
    <Panel title="Pull gate" definition="for tools that ask: only a sure “roll back” answers so that a rollback fires">
      <div className="grid gap-3">
        <CopyBlock title="Address" text={gateUrl(asked)} />
        <p className="text-small text-t2">
          It takes a token with the permission rollouts:gate (access.tokens in the configuration).
          {publicUrl === null ? ' Set server.publicUrl so that this names the address your cluster reaches.' : ''}
          {guard.mode === 'off' ? ' While the guard is off it answers “hold”.' : ''}
        </p>
        <CopyBlock title="Argo Rollouts" text={argoYaml(asked)} />
        <CopyBlock title="Flagger" text={flaggerYaml(asked)} />
      </div>
    </Panel>
  );
}
