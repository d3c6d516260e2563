'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Input, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useDraft } from '@/components/ui/use-draft';
import type { ReadinessItem } from '@/lib/contracts/readiness';
import { MAX_REASON_CHARACTERS, MAX_SIGNOFF_DAYS, MIN_REASON_CHARACTERS } from '@/lib/contracts/readiness-limits';
import { DAY_MS } from '@/lib/domain/time';
import { signOff } from '@/lib/queries/readiness';

/** What the form proposes: a quarter. */
const PROPOSED_DAYS = 90;

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
/** The end of a day, UTC; null for no day. */
const endOf = (day: string): number | null => {
  const ms = Date.parse(`${day}T23:59:59.000Z`);
  return Number.isFinite(ms) ? ms : null;
};

/** Somebody vouches for an item: how it was made sure, and until when that is good. */
export function SignoffDialog({
  item,
  model,
  onClose,
}: {
  item: ReadinessItem;
  model: string | null;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const sign = useMutation(signOff(client));
  // One id for one form: pressing the button twice signs once.
  const [id] = useState(() => crypto.randomUUID());
  const [openedMs] = useState(() => Date.now());
  const reason = useDraft(`signoff.${model ?? ''}.${item.id}`);
  const [day, setDay] = useState(() => toDay(openedMs + PROPOSED_DAYS * DAY_MS));
  const expiresAtMs = endOf(day);
  const isFit = expiresAtMs !== null && expiresAtMs > openedMs && expiresAtMs <= openedMs + MAX_SIGNOFF_DAYS * DAY_MS;
  const isLong = reason.text.trim().length >= MIN_REASON_CHARACTERS;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isFit || !isLong || expiresAtMs === null) return;
    sign.mutate(
      { id, item: item.id, model, reason: reason.text.trim(), expiresAtMs },
      {
        onSuccess: () => {
          reason.done();
          announce(`${item.title} signed off`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={`Sign off: ${item.title}`}
      description={`${item.what} ${model === null ? 'For the whole fleet.' : `For ${model}.`} It is kept with your name.`}
      onClose={onClose}
    >
      <form onSubmit={submit} className="grid gap-3">
        <TextArea
          label="How it was made sure"
          rows={4}
          autoFocus
          maxLength={MAX_REASON_CHARACTERS}
          value={reason.text}
          onChange={(event) => reason.write(event.target.value)}
        />
        <Input
          label="Good until the end of (UTC)"
          type="date"
          min={toDay(openedMs)}
          max={toDay(openedMs + (MAX_SIGNOFF_DAYS - 1) * DAY_MS)}
          value={day}
          onChange={(event) => setDay(event.target.value)}
          error={isFit ? undefined : `A day from today on, within ${MAX_SIGNOFF_DAYS} days, please.`}
        />
        <FormError error={sign.error} />
        <div className="flex items-center gap-2">
          <Button type="submit" look="primary" disabled={!isFit || !isLong || sign.isPending}>
            Sign off
          </Button>
          {isLong ? null : <span className="text-small text-t3">{MIN_REASON_CHARACTERS} characters or more</span>}
        </div>
      </form>
    </Dialog>
  );
}
