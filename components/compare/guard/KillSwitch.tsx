'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import type { GuardState, GuardSwitch } from '@/lib/contracts/rollout';
import { moveKillSwitch, rearmGuard } from '@/lib/queries/rollouts';

const MOST_CHARACTERS = 500;

/** Throws the kill switch of this model or of every one, or takes it back; and makes a guard ready to act again. */
export function KillSwitch({ guard, globalSwitch }: { guard: GuardState; globalSwitch: GuardSwitch | null }) {
  const [asked, setAsked] = useState<'own' | 'every' | 'rearm' | null>(null);
  const isOwnKilled = guard.ownSwitch?.killed === true;
  const isEveryKilled = globalSwitch?.killed === true;
  return (
    <div className="flex flex-wrap gap-2">
      <Button look={isOwnKilled ? 'plain' : 'danger'} onClick={() => setAsked('own')}>
        {isOwnKilled ? 'Take the kill switch back' : 'Throw the kill switch'}
      </Button>
      <Button look="quiet" onClick={() => setAsked('every')}>
        {isEveryKilled ? 'Let every guard go on' : 'Stop every guard'}
      </Button>
      {guard.lastAction === null ? null : (
        <Button look="quiet" onClick={() => setAsked('rearm')}>
          Let it act again
        </Button>
      )}
      {asked === 'rearm' ? (
        <RearmDialog guard={guard} onClose={() => setAsked(null)} />
      ) : asked === null ? null : (
        <SwitchDialog
          model={asked === 'own' ? guard.model : null}
          moved={asked === 'own' ? guard.ownSwitch : globalSwitch}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

function SwitchDialog({
  model,
  moved,
  onClose,
}: {
  model: string | null;
  moved: GuardSwitch | null;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const move = useMutation(moveKillSwitch(client));
  const killed = moved?.killed !== true;
  const whose = model === null ? 'every guard' : `the guard of ${model}`;
  return (
    <ReasonDialog
      title={killed ? `Stop ${whose}` : `Let ${whose} go on`}
      description={
        killed
          ? 'It goes on evaluating and recording, and does nothing whatever it finds.'
          : 'From the next evaluation on it may act again.'
      }
      verb={killed ? 'Stop it' : 'Let it go on'}
      isSending={move.isPending}
      error={move.error}
      onClose={onClose}
      onSubmit={(reason) =>
        move.mutate(
          { model, killed, reason, revision: moved?.revision ?? 0 },
          {
            onSuccess: () => {
              announce(killed ? `Stopped ${whose}` : `${whose} goes on`);
              onClose();
            },
          },
        )
      }
    />
  );
}

function RearmDialog({ guard, onClose }: { guard: GuardState; onClose: () => void }) {
  const client = useQueryClient();
  const rearm = useMutation(rearmGuard(client));
  return (
    <ReasonDialog
      title={`Let the guard of ${guard.model} act again`}
      description="It acts once on two versions. This lets it act on the same two once more."
      verb="Let it act again"
      isSending={rearm.isPending}
      error={rearm.error}
      onClose={onClose}
      onSubmit={(reason) =>
        rearm.mutate(
          { model: guard.model, reason, revision: guard.ownSwitch?.revision ?? 0 },
          {
            onSuccess: () => {
              announce(`The guard of ${guard.model} may act again`);
              onClose();
            },
          },
        )
      }
    />
  );
}

function ReasonDialog({
  title,
  description,
  verb,
  isSending,
  error,
  onClose,
  onSubmit,
}: {
  title: string;
  description: string;
  verb: string;
  isSending: boolean;
  error: Error | null;
  onClose: () => void;
  onSubmit: (reason: string) => void;
}) {
  const [reason, setReason] = useState('');
  const [wasEmpty, setWasEmpty] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = reason.trim();
    setWasEmpty(text === '');
    if (text !== '' && !isSending) onSubmit(text);
  };
  return (
    <Dialog title={title} description={description} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-2" noValidate>
        <TextArea
          label="Why"
          rows={3}
          value={reason}
          maxLength={MOST_CHARACTERS}
          error={wasEmpty ? 'Say why, for whoever reads it later.' : undefined}
          onChange={(event) => setReason(event.target.value)}
        />
        <FormError error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isSending}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
