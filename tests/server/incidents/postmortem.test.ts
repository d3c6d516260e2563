import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { NewEntry } from '@/lib/contracts/incident-entry';
import { Postmortem, PostmortemDraft } from '@/lib/contracts/postmortem';
import { addEntry } from '@/lib/server/incidents/entries';
import { exportMarkdown, readDraft, readHistory, readPostmortem } from '@/lib/server/postmortems/read';
import { addAction, addReview, editAction } from '@/lib/server/postmortems/review';
import { editPostmortem, saveSection } from '@/lib/server/postmortems/store';
import { ada, ben, declared, MINUTE_MS, NOW_MS, onBothDatabases } from './both-databases';

const by = { identity: ada, nowMs: NOW_MS };
const asBen = { identity: ben, nowMs: NOW_MS };

onBothDatabases('a postmortem', (stage) => {
  const read = async (id: string) => Postmortem.parse(await readPostmortem(id, stage().database));
  const save = (incidentId: string, baseVersion: number, text: string, who = by, id: string = randomUUID()) =>
    saveSection({ incidentId, id, key: 'summary', baseVersion, text }, who, stage().database);

  it('says in its draft what the timeline says, each sentence with its entry, and names the gaps', async () => {
    const { id } = await declared(stage(), { startedAtMs: NOW_MS - 30 * MINUTE_MS, text: 'Errors at 12 %' });
    const guess = NewEntry.parse({ incidentId: id, id: randomUUID(), kind: 'hypothesis', text: 'The cache is cold' });
    const told = await addEntry(guess, by, stage().database);
    const settles = { entryId: told.id, relation: 'settles' as const };
    await addEntry(
      NewEntry.parse({ ...guess, id: randomUUID(), text: '', about: settles, hypothesisState: 'supported' }),
      by,
      stage().database,
    );
    const draft = PostmortemDraft.parse(
      await readDraft(id, { signal: new AbortController().signal, nowMs: NOW_MS }, stage().database),
    );
    const section = (key: string) => draft.sections.find((one) => one.key === key);
    // No source answers: what the record says is drafted all the same, and the gap is named.
    expect(section('impact')?.text).toBe('- Errors at 12 %. [^e2]');
    expect(draft.gaps.at(-1)?.sentence).toMatch(/predictions could not be counted now\. .* cannot be reached/);
    expect(section('causes')?.text).toBe(`- The cache is cold. [^${told.label}]`);
    expect(section('lessons')?.text).toBe('');
    for (const { text, sentences } of draft.sections) {
      for (const { labels } of sentences) for (const label of labels) expect(text).toContain(`[^${label}]`);
    }
    expect(draft.gaps.map(({ sentence }) => sentence)).toContain('No alert told of it. Which one would have?');
    expect((await read(id)).revision).toBe(0);
  });

  it('loses no word of two who edit one section, and merges what does not contradict', async () => {
    const { id } = await declared(stage());
    const first = randomUUID();
    await save(id, 0, 'The cache was cold. Nobody saw it.', by, first);
    await save(id, 0, 'The cache was cold. Nobody saw it.', by, first);
    await save(id, 1, 'The cache was cold after the deploy. Nobody saw it.');
    const conflict = await save(id, 1, 'The cache was cold. Nobody saw it for an hour.', asBen).catch((error) => error);
    expect(conflict).toMatchObject({
      code: 'conflict',
      details: { fields: { version: '2', author: 'Ada', clean: 'true' } },
    });
    const { merged } = conflict.details.fields;
    expect(merged).toContain('after the deploy');
    expect(merged).toContain('for an hour');
    await save(id, 2, merged, asBen);
    const against = await save(id, 2, 'Something else altogether.').catch((error) => error);
    expect(against.details.fields).toMatchObject({ clean: 'false' });
    expect(against.details.fields.merged).toContain('Something else altogether.');
    const { versions } = await readHistory({ incidentId: id, key: 'summary' }, stage().database);
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it('is approved as it stands or not at all, and says when its only author did it', async () => {
    const { id } = await declared(stage());
    await save(id, 0, 'It was slow.');
    const seen = await read(id);
    await save(id, 1, 'It was slow for 12 minutes.');
    const review = (textHash: string, who = asBen, reviewId: string = randomUUID()) =>
      addReview({ incidentId: id, id: reviewId, verdict: 'approve', textHash, comment: '' }, who, stage().database);
    await expect(review(seen.textHash)).rejects.toMatchObject({ code: 'conflict' });
    const { textHash } = await read(id);
    const twice = randomUUID();
    await review(textHash, asBen, twice);
    const approved = await review(textHash, asBen, twice);
    expect(approved).toMatchObject({ state: 'approved', reviews: [{ current: true, byOnlyAuthor: false }] });
    const action = { incidentId: id, id: randomUUID(), text: 'Warm it', kind: 'prevent' as const };
    await addAction({ ...action, owner: 'Ben', dueAtMs: null, link: null, probe: null }, by, stage().database);
    expect(await read(id)).toMatchObject({ state: 'draft', reviews: [{ current: false }] });
    const { reviews } = await review((await read(id)).textHash, by);
    expect(reviews.find(({ current }) => current)).toMatchObject({ byOnlyAuthor: true });
    const done = { incidentId: id, actionId: action.id, revision: 1, state: 'done' as const };
    expect(await editAction(done, by, stage().database)).toMatchObject({ state: 'approved' });
  });

  it('is exported byte for byte the same, escaped where no person wrote it', async () => {
    const { id, number } = await declared(stage(), { title: 'A <b>bold</b> | title' });
    await save(id, 0, 'It was **slow** [^e1].');
    await editPostmortem({ incidentId: id, revision: 1, owner: 'Ben', state: 'in_review' }, by, stage().database);
    const { references } = await read(id);
    expect(references).toEqual([{ label: 'e1', text: '2026-11-20T12:00:00Z, status by Ada: Declared as SEV2.' }]);
    const text = await exportMarkdown(id, { withTimeline: true }, stage().database);
    expect(await exportMarkdown(id, { withTimeline: true }, stage().database)).toBe(text);
    expect(text).toContain(`# INC-${number}: A \\<b\\>bold\\</b\\> \\| title`);
    expect(text).toContain('It was **slow** [^e1].');
    expect(text).toContain('[^e1]: 2026-11-20T12:00:00Z, status by Ada: Declared as SEV2.');
  });
});
