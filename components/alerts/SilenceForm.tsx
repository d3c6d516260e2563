'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type FormEvent, useDeferredValue, useRef, useState } from 'react';
import { useNow } from '@/components/shell/clock';
import { announce } from '@/components/ui/announce';
import { Button, IconButton } from '@/components/ui/Button';
import { Checkbox, Select, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { useDraft } from '@/components/ui/use-draft';
import type { AlertRow } from '@/lib/contracts/alert';
import type { NewSilenceAsked, SilenceMatcher } from '@/lib/contracts/silence';
import { HOUR_MS } from '@/lib/domain/time';
import { makeSilence, silencePreviewQuery, silencesQuery } from '@/lib/queries/alerts';
import { MatchersField } from './MatchersField';
import { PreviewText } from './PreviewText';
import { DEFAULT_WHEN, hoursOf, SilenceTimes, startOf } from './SilenceTimes';

const MIN_COMMENT = 3;

/** A form that was asked for stands where the reader looks, and the keyboard goes on in it. */
const goThere = (form: HTMLFormElement | null) => form?.focus();

/** Makes a silence, with what it would mute right now beside it. What is typed as its comment is kept until it is made. */
export function SilenceForm({
  alert,
  matchers: initial,
  onClose,
}: {
  alert: AlertRow | null;
  matchers: readonly SilenceMatcher[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [matchers, setMatchers] = useState<readonly SilenceMatcher[]>(initial);
  const [when, setWhen] = useState(DEFAULT_WHEN);
  const { isUtc } = useZone();
  const [source, setSource] = useState<string | null>(null);
  const [accepted, setAccepted] = useState<'everything' | 'nothing' | null>(null);
  const comment = useDraft(`silence.${alert?.id ?? 'new'}.comment`);
  const make = useMutation(makeSilence(client));
  // The same form sent twice is one silence; a changed one is another.
  const sent = useRef<{ form: string; body: NewSilenceAsked } | null>(null);
  const list = useQuery(silencesQuery({})).data;
  const clusters = list?.clusters ?? [];
  const startsAtMs = startOf(when, { isUtc, nowMs: useNow() });
  const target = source ?? alert?.silencedBy[0]?.source ?? clusterOf(clusters, alert);
  const asked = useDeferredValue({
    source: target ?? undefined,
    matchers: matchers.filter(({ name }) => name !== ''),
    startsAtMs: startsAtMs ?? undefined,
  });
  const preview = useQuery({
    ...silencePreviewQuery(asked),
    enabled: asked.matchers.length > 0,
    placeholderData: keepPreviousData,
  });
  const extreme = preview.data?.extreme ?? null;
  const hasComment = comment.text.trim().length >= MIN_COMMENT;
  const isAccepted = extreme === null || accepted === extreme;
  const canMake =
    startsAtMs !== null &&
    asked.matchers.length > 0 &&
    preview.data !== undefined &&
    !preview.isPlaceholderData &&
    preview.data.faults.length === 0 &&
    hasComment &&
    isAccepted;
  // What else is wrong stands where it is: beside the start, or under what it would mute.
  const missing = !hasComment ? 'Say why first.' : isAccepted ? null : 'Tick that first.';

  const title = alert === null ? 'New silence' : `Silence ${alert.name}`;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const form = JSON.stringify([asked, when, comment.text.trim(), accepted]);
    if (sent.current?.form !== form) {
      const body: NewSilenceAsked = {
        id: crypto.randomUUID(),
        matchers: [...asked.matchers],
        endsAtMs: (asked.startsAtMs ?? Date.now()) + hoursOf(when, list?.maxSilenceMs ?? null) * HOUR_MS,
        comment: comment.text.trim(),
        incidentId: alert?.incident?.id ?? null,
        ...(asked.startsAtMs === undefined ? {} : { startsAtMs: asked.startsAtMs }),
        ...(asked.source === undefined ? {} : { source: asked.source }),
        ...(accepted === null ? {} : { accept: accepted }),
      };
      sent.current = { form, body };
    }
    make.mutate(sent.current.body, {
      onSuccess: ({ sentence }) => {
        comment.done();
        announce(sentence);
        onClose();
      },
    });
  };

  return (
    <Panel
      title={title}
      definition="mutes every alert that all of its matchers fit, until it ends"
      actions={
        <IconButton label="Close the silence" onClick={onClose}>
          <X size={14} aria-hidden />
        </IconButton>
      }
    >
      <form
        ref={goThere}
        tabIndex={-1}
        aria-label={title}
        onSubmit={submit}
        className="grid max-w-[960px] gap-3 outline-none lg:grid-cols-2"
      >
        <div className="grid content-start gap-3">
          <MatchersField matchers={matchers} alone={preview.data?.alone ?? []} onChange={setMatchers} />
          <SilenceTimes when={when} maxMs={list?.maxSilenceMs ?? null} onChange={setWhen} />
          {clusters.length < 2 ? null : (
            <Select
              label="In which Alertmanager"
              value={target ?? ''}
              onChange={(event) => setSource(event.target.value)}
              choices={clusters.map(({ members, writesTo }) => ({
                value: writesTo ?? members[0]?.source ?? '',
                name: members.map(({ source: name }) => name).join(', '),
              }))}
            />
          )}
          <TextArea
            label={
              alert?.incident == null
                ? 'Why, for whoever finds it'
                : `Why, for whoever finds it; INC-${alert.incident.number} is added`
            }
            rows={3}
            required
            value={comment.text}
            onChange={(event) => comment.write(event.target.value)}
          />
        </div>
        <div className="grid content-start gap-3" aria-live="polite">
          <PreviewText preview={preview} isAsked={asked.matchers.length > 0} />
          {extreme === null ? null : (
            <Checkbox
              label={
                extreme === 'everything'
                  ? `I mean to mute all ${preview.data?.total ?? ''} of them`
                  : 'I mean to silence what does not fire yet'
              }
              checked={accepted === extreme}
              onChange={(checked) => setAccepted(checked ? extreme : null)}
            />
          )}
          <FormError error={make.error} />
          <span className="flex flex-wrap items-center gap-2">
            <Button type="submit" look="primary" disabled={!canMake || make.isPending}>
              Make silence
            </Button>
            <Button onClick={onClose}>Cancel</Button>
            {missing === null ? null : <span className="text-small text-t3">{missing}</span>}
          </span>
        </div>
      </form>
    </Panel>
  );
}

/** The writable Alertmanager of the cluster that has the alert; null: the first will do. */
function clusterOf(
  clusters: readonly { members: readonly { source: string }[]; writesTo: string | null }[],
  alert: AlertRow | null,
): string | null {
  const own = clusters.find(({ members }) => members.some(({ source }) => alert?.sources.includes(source)));
  return own?.writesTo ?? clusters.find(({ writesTo }) => writesTo !== null)?.writesTo ?? null;
}
