'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { FailureLine } from '@/components/ui/FailureLine';
import { FieldError } from '@/components/ui/FieldError';
import { PinContext, pinOf } from '@/components/ui/pin';
import { Skeleton } from '@/components/ui/Skeleton';
import { useUrlParam } from '@/components/ui/use-url-param';
import { MAX_BACK_MS } from '@/lib/contracts/request-limits';
import { readPasted } from '@/lib/domain/pasted-id';
import { requestHref } from '@/lib/domain/request-story';
import { HOUR_MS } from '@/lib/domain/time';
import { toApiError } from '@/lib/queries/api';
import {
  NOTHING_TOLD,
  requestStoryQuery,
  type StoryState,
  stopStory,
  storyQuestion,
} from '@/lib/queries/request-story';
import { NowherePanel } from './NowherePanel';
import { StepsPanel } from './StepsPanel';
import { StoryPanels } from './StoryPanels';

/** A whole number of an address, within bounds; anything else is as if it were not there. */
const wholeNumber = (text: string | null, most: number): number | undefined =>
  text !== null && /^\d{1,16}$/.test(text) && Number(text) <= most ? Number(text) : undefined;

const LAST_INSTANT_MS = 8_640_000_000_000_000;

/** What happened to one request: from any id of it to its prediction, its trace, its lines, and what was around it. */
export function RequestPage({ requestId }: { requestId: string }) {
  const [at] = useUrlParam('at');
  const [back, setBack] = useUrlParam('back');
  const client = useQueryClient();
  const backMs = wholeNumber(back, MAX_BACK_MS);
  const params = {
    requestId,
    atMs: wholeNumber(at, LAST_INSTANT_MS),
    backMs: backMs !== undefined && backMs >= HOUR_MS ? backMs : undefined,
  };
  const query = useQuery(requestStoryQuery(params));
  const state = query.data ?? NOTHING_TOLD;
  const isTelling = query.isFetching;
  const failure = state.error ?? (query.error === null ? null : toApiError(query.error));
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 flex-1 basis-[260px] truncate font-semibold text-title" title={requestId}>
          Request <span className="font-mono text-[17px]">{requestId}</span>
        </h1>
        {state.story?.trace ? (
          <ViewLink to={`/traces/${state.story.trace.traceId}`} className="link text-small">
            Open its trace ({state.story.trace.spanCount} {state.story.trace.spanCount === 1 ? 'span' : 'spans'})
          </ViewLink>
        ) : null}
        <LookUp />
      </header>
      {failure === null ? null : <FailureLine>{failure.message}</FailureLine>}
      <Answer state={state} isTelling={isTelling} onFurther={(ms) => setBack(String(ms))} />
      <StepsPanel
        steps={state.steps}
        isTelling={isTelling}
        isFound={state.story !== null}
        elapsedMs={state.elapsedMs}
        onStop={() => void stopStory(client, params)}
        onAgain={() => void query.refetch()}
      />
      <PinContext value={isTelling ? null : pinOf('request', storyQuestion(params))}>
        <StoryPanels state={state} isTelling={isTelling} />
      </PinContext>
    </div>
  );
}

function Answer({
  state,
  isTelling,
  onFurther,
}: {
  state: StoryState;
  isTelling: boolean;
  onFurther: (backMs: number) => void;
}) {
  if (state.nowhere !== null) return <NowherePanel nowhere={state.nowhere} onFurther={onFurther} />;
  if (state.answer !== null) return <AnswerLine answer={state.answer} />;
  if (isTelling) return <Skeleton height={46} words="Looking in Tempo and Loki…" />;
  return state.error === null ? (
    <p className="text-body text-t2">Stopped before it was found. Look again to go on.</p>
  ) : null;
}

/** Any id, log line or address, to the story it belongs to. */
function LookUp() {
  const router = useRouter();
  const { href } = useView();
  const [text, setText] = useState('');
  const [isUnread, setUnread] = useState(false);
  const open = () => {
    const { ids, atMs } = readPasted(text);
    const [first] = ids;
    setUnread(first === undefined);
    if (first !== undefined) router.push(href(requestHref(first.id, atMs)));
  };
  return (
    <form
      className="flex min-w-0 flex-wrap items-center gap-2 max-sm:w-full"
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <input
        aria-label="Another request, trace or span id, log line or address"
        aria-invalid={isUnread}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Another id, log line or address"
        className="h-7 w-[240px] min-w-0 flex-1 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
      />
      <Button type="submit">Open</Button>
      {isUnread ? (
        <div className="w-full">
          <FieldError>No id is in this text.</FieldError>
        </div>
      ) : null}
    </form>
  );
}
