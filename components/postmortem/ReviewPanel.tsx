'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import { useDraft } from '@/components/ui/use-draft';
import type { Postmortem, PostmortemReview } from '@/lib/contracts/postmortem';
import { editPostmortem, reviewPostmortem } from '@/lib/queries/postmortems';

/** Owner, state and reviews; an approval is of exactly the words whose hash it names. */
export function ReviewPanel({ incidentId, postmortem }: { incidentId: string; postmortem: Postmortem }) {
  const client = useQueryClient();
  const edit = useMutation(editPostmortem(client));
  const [owner, setOwner] = useState<string | null>(null);
  const change = (patch: { owner?: string | null; state?: 'draft' | 'in_review' }) =>
    edit.mutate({ incidentId, revision: postmortem.revision, ...patch }, { onSuccess: () => setOwner(null) });
  return (
    <Panel title="Review" definition={`text ${postmortem.textHash.slice(0, 8)}`}>
      <div className="grid gap-2 text-small">
        <form
          className="flex items-center gap-1"
          onSubmit={(event) => {
            event.preventDefault();
            const name = (owner ?? '').trim();
            change({ owner: name === '' ? null : name });
          }}
        >
          <label className="flex min-w-0 flex-1 items-center gap-2 text-t2">
            Owner
            <input
              className="h-7 min-w-0 flex-1 rounded-panel border border-line bg-raised px-2 text-t1 placeholder:text-t3"
              placeholder="nobody"
              value={owner ?? postmortem.owner ?? ''}
              onChange={(event) => setOwner(event.target.value)}
            />
          </label>
          {owner === null ? null : (
            <Button type="submit" disabled={edit.isPending}>
              Save
            </Button>
          )}
        </form>
        {postmortem.authors.length === 0 ? null : <p className="text-t3">Written by {postmortem.authors.join(', ')}</p>}
        {postmortem.state === 'draft' || postmortem.state === 'changes_requested' ? (
          <Button disabled={edit.isPending} onClick={() => change({ state: 'in_review' })}>
            Ask for a review
          </Button>
        ) : postmortem.state === 'in_review' ? (
          <Button disabled={edit.isPending} onClick={() => change({ state: 'draft' })}>
            Back to draft
          </Button>
        ) : null}
        <FormError error={edit.error} />
        <ul className="grid gap-1.5">
          {postmortem.reviews.map((review) => (
            <ReviewLine key={review.id} review={review} />
          ))}
        </ul>
        {postmortem.state === 'in_review' ? (
          <ReviewForm incidentId={incidentId} textHash={postmortem.textHash} />
        ) : null}
      </div>
    </Panel>
  );
}

function ReviewLine({ review }: { review: PostmortemReview }) {
  const approves = review.verdict === 'approve';
  return (
    <li className={review.current ? 'text-t1' : 'text-t3'}>
      <StatusIcon status={approves ? 'ok' : 'watch'} label={approves ? 'approved' : 'changes requested'} />{' '}
      {review.by.name} {approves ? 'approved' : 'asked for changes'}, <RelativeTime atMs={review.atMs} />, of text{' '}
      <code className="font-mono">{review.textHash.slice(0, 8)}</code>
      {review.current ? null : ' (the text has changed since)'}
      {review.byOnlyAuthor ? <span className="text-watch"> · by its only author</span> : null}
      {review.comment === '' ? null : <span className="block whitespace-pre-wrap text-t2">{review.comment}</span>}
    </li>
  );
}

function ReviewForm({ incidentId, textHash }: { incidentId: string; textHash: string }) {
  const client = useQueryClient();
  const review = useMutation(reviewPostmortem(client));
  const comment = useDraft(`review.${incidentId}`);
  const [id] = useState(() => crypto.randomUUID());
  const send = (verdict: 'approve' | 'request_changes') =>
    review.mutate(
      { incidentId, id, verdict, textHash, comment: comment.text.trim() },
      {
        onSuccess: () => {
          comment.done();
          announce(verdict === 'approve' ? 'Approved' : 'Changes requested');
        },
      },
    );
  return (
    <div className="grid gap-2">
      <textarea
        aria-label="Comment of the review"
        rows={3}
        maxLength={10_000}
        placeholder="What convinced you, or what is missing"
        className="rounded-panel border border-line bg-raised px-2 py-1 text-t1 placeholder:text-t3"
        value={comment.text}
        onChange={(event) => comment.write(event.target.value)}
      />
      <FormError error={review.error} />
      <div className="flex gap-2">
        <Button look="primary" disabled={review.isPending} onClick={() => send('approve')}>
          Approve these words
        </Button>
        <Button disabled={review.isPending} onClick={() => send('request_changes')}>
          Ask for changes
        </Button>
      </div>
    </div>
  );
}
