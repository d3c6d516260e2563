'use client';

import { useMutation } from '@tanstack/react-query';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import type { Replay, StoryCore } from '@/lib/contracts/request-story';
import { formatMs, formatNumber } from '@/lib/domain/format';
import { replayRequest } from '@/lib/queries/request-story';

/** Sends the logged inputs to the model once more, where its configuration names an endpoint. */
export function ReplayPanel({ story }: { story: StoryCore }) {
  const replay = useMutation(replayRequest());
  const { requestId, traceId, atMs, record } = story;
  const id = requestId ?? traceId;
  const inputs = `${record.features.length} logged ${record.features.length === 1 ? 'input' : 'inputs'}`;
  return (
    <Panel title="Replay" definition="what the model answers to the same inputs now" height={60}>
      {story.replay.isOn && id !== null ? (
        <div className="grid justify-items-start gap-2 text-small">
          <Button disabled={replay.isPending} onClick={() => replay.mutate({ requestId: id, atMs })}>
            {replay.isPending ? 'Sending…' : `Send the ${inputs} again`}
          </Button>
          <FormError error={replay.error} />
          {replay.data === undefined ? null : <Result replay={replay.data} />}
        </div>
      ) : (
        <p className="text-small text-t2">Off. {story.replay.reason}</p>
      )}
    </Panel>
  );
}

const said = ({ label, score }: Replay['before']): string =>
  [label, score === null ? null : formatNumber(score, 4)].filter((one) => one !== null).join(', ') || 'not told';

function Result({ replay }: { replay: Replay }) {
  return (
    <div className="grid w-full gap-2">
      <AnswerLine answer={replay.answer} />
      <dl className="grid grid-cols-[84px_1fr] gap-x-3">
        <dt className="text-t3">Then</dt>
        <dd>{said(replay.before)}</dd>
        <dt className="text-t3">Now</dt>
        <dd>{said(replay.after)}</dd>
        <dt className="text-t3">Difference</dt>
        <dd>
          {replay.scoreDifference === null ? 'no two scores to compare' : formatNumber(replay.scoreDifference, 4)}
        </dd>
        <dt className="text-t3">Asked</dt>
        <dd>
          {replay.host}, {replay.status}, {formatMs(replay.elapsedMs)}
        </dd>
      </dl>
      {replay.notes.map((note) => (
        <p key={note} className="text-t2">
          {note}
        </p>
      ))}
      <details>
        <summary className="text-t2">Its answer</summary>
        <pre className="mt-1 max-h-48 overflow-auto whitespace-pre-wrap rounded-sm bg-raised p-2 font-mono [overflow-wrap:anywhere]">
          {replay.body}
        </pre>
      </details>
    </div>
  );
}
