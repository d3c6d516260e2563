// @vitest-environment happy-dom
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostmortemPage } from '@/components/postmortem/PostmortemPage';
import { writeStored } from '@/components/ui/browser-storage';
import { POSTMORTEM_SECTIONS, SECTION_TITLES } from '@/lib/contracts/incident-words';
import { Postmortem } from '@/lib/contracts/postmortem';
import { consoleApiAt, ok } from './console-api';
import { PageFrame } from './page-frame';

const HASH = 'ab'.repeat(32);

function postmortem(patch: Partial<Postmortem> = {}, summary = { text: '', version: 0 }): Postmortem {
  return Postmortem.parse({
    answer: 'The postmortem of INC-7 is a draft.',
    state: 'draft',
    owner: null,
    sections: POSTMORTEM_SECTIONS.map((key) => ({
      key,
      title: SECTION_TITLES[key],
      text: key === 'summary' ? summary.text : '',
      version: key === 'summary' ? summary.version : 0,
      author: key === 'summary' && summary.version > 0 ? { id: 'ana', name: 'ana' } : null,
      savedAtMs: key === 'summary' && summary.version > 0 ? 1_760_000_000_000 : null,
      unsourced: [],
    })),
    actions: [],
    reviews: [],
    gaps: [{ section: 'impact', sentence: 'What it did to predictions is not said.' }],
    wording: [],
    textHash: HASH,
    references: [],
    authors: [],
    revision: 1,
    ...patch,
  });
}

// happy-dom has no server-sent events; the page then goes on without news of others.
class QuietEventSource {
  onopen: unknown;
  onerror: unknown;
  onmessage: unknown;
  close(): void {}
}

const api = consoleApiAt('/incidents/7/postmortem');
beforeAll(async () => {
  Object.assign(globalThis, { EventSource: QuietEventSource });
});
beforeEach(() => {
  api.answers = { 'GET /api/incidents/7/postmortem': ok(postmortem()) };
  writeStored('draft.postmortem.7.summary', null);
  writeStored('postmortem.7.summary.base', null);
});
afterEach(cleanup);

const open = () =>
  render(
    <PageFrame>
      <PostmortemPage incidentId="7" />
    </PageFrame>,
  );
const editor = () => screen.findByRole('textbox', { name: 'Summary' });
const saves = () => api.asked.filter(({ path }) => path.endsWith('/sections/summary'));

describe('a postmortem', () => {
  it('names what the record leaves open', async () => {
    open();
    expect(await screen.findByText('What it did to predictions is not said.')).toBeTruthy();
  });

  it('keeps what was typed over a reload, and opens where it was left', async () => {
    const { unmount } = open();
    await userEvent.click(await screen.findByRole('button', { name: 'Edit: Summary' }));
    await userEvent.type(await editor(), 'Redis was slow');
    unmount();
    open();
    expect(((await editor()) as HTMLTextAreaElement).value).toBe('Redis was slow');
  });

  it('saves against the version that was edited', async () => {
    api.answers['GET /api/incidents/7/postmortem'] = ok(postmortem({}, { text: 'Short.', version: 3 }));
    api.answers['POST /api/incidents/7/postmortem/sections/summary'] = ok(
      postmortem({}, { text: 'Short. More.', version: 4 }),
    );
    open();
    await userEvent.click(await screen.findByRole('button', { name: 'Edit: Summary' }));
    await userEvent.type(await editor(), ' More.');
    await userEvent.click(screen.getByRole('button', { name: 'Save section' }));
    await waitFor(() => expect(saves()).toHaveLength(1));
    expect(saves()[0]?.body).toMatchObject({ baseVersion: 3, text: 'Short. More.' });
  });

  it('shows both texts where somebody saved meanwhile, and saves the merge against theirs', async () => {
    api.answers['POST /api/incidents/7/postmortem/sections/summary'] = ({ body }) =>
      (body as { baseVersion: number }).baseVersion === 5
        ? ok(postmortem({}, { text: 'Theirs.\n\nMine.', version: 6 }))
        : {
            status: 409,
            body: {
              error: {
                code: 'conflict',
                message: 'bo saved this section meanwhile.',
                fields: { version: '5', text: 'Theirs.', author: 'bo', merged: 'Theirs.\n\nMine.', clean: 'true' },
              },
            },
          };
    open();
    await userEvent.click(await screen.findByRole('button', { name: 'Edit: Summary' }));
    await userEvent.type(await editor(), 'Mine.');
    await userEvent.click(screen.getByRole('button', { name: 'Save section' }));
    const merge = await screen.findByRole('region', { name: 'Merge of two versions' });
    expect(within(merge).getByText(/bo saved this section/)).toBeTruthy();
    expect((within(merge).getByRole('textbox', { name: 'Merged text' }) as HTMLTextAreaElement).value).toBe(
      'Theirs.\n\nMine.',
    );
    await userEvent.click(within(merge).getByRole('button', { name: 'Save the merge' }));
    await waitFor(() => expect(saves()).toHaveLength(2));
    expect(saves()[1]?.body).toMatchObject({ baseVersion: 5, text: 'Theirs.\n\nMine.' });
  });

  it('loses no word where the save fails', async () => {
    api.answers['POST /api/incidents/7/postmortem/sections/summary'] = {
      status: 503,
      body: { error: { code: 'storage_unavailable', message: 'The database is full.' } },
    };
    open();
    await userEvent.click(await screen.findByRole('button', { name: 'Edit: Summary' }));
    await userEvent.type(await editor(), 'Still here');
    await userEvent.click(screen.getByRole('button', { name: 'Save section' }));
    expect(await screen.findByText('The database is full.')).toBeTruthy();
    expect(((await editor()) as HTMLTextAreaElement).value).toBe('Still here');
  });

  it('approves exactly the words whose hash it shows', async () => {
    api.answers['GET /api/incidents/7/postmortem'] = ok(postmortem({ state: 'in_review' }));
    api.answers['POST /api/incidents/7/postmortem/reviews'] = ok(postmortem({ state: 'approved' }));
    open();
    await userEvent.click(await screen.findByRole('button', { name: 'Approve these words' }));
    await waitFor(() =>
      expect(api.asked.find(({ path }) => path.endsWith('/reviews'))?.body).toMatchObject({
        verdict: 'approve',
        textHash: HASH,
      }),
    );
  });

  it('draws raw HTML as text, fetches no image, and follows no script', async () => {
    const text = '<b onclick="x()">bold</b> ![beacon](https://evil.example/p.png) [go](javascript:alert(1)) see [^e12]';
    api.answers['GET /api/incidents/7/postmortem'] = ok(postmortem({}, { text, version: 1 }));
    const { container } = open();
    expect(await screen.findByText(/\[image: beacon\]/, undefined, { timeout: 5_000 })).toBeTruthy();
    expect(container.querySelector('img, b')).toBeNull();
    expect([...container.querySelectorAll('a')].some((link) => link.href.startsWith('javascript:'))).toBe(false);
    expect(screen.getByRole('link', { name: 'e12' }).getAttribute('href')).toBe('/incidents/7?entry=e12');
  });
});
