// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { GUARD_ANCHOR, GuardLine } from '@/components/compare/guard/GuardLine';
import { consoleApiAt, ok } from '../console-api';
import { PageFrame } from '../page-frame';

const api = consoleApiAt('/compare');
afterEach(cleanup);

describe('the guard beside the verdict', () => {
  it('says what it did, and leads to its part of the page', async () => {
    const text = 'Dry run: it would have rolled 2.4.0 back 6 h ago.';
    api.answers = { 'GET /api/rollouts/reco': ok({ answer: { status: 'bad', text } }) };
    render(<GuardLine model="reco" />, { wrapper: PageFrame });
    expect(await screen.findByText(text)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Show the guard' }).getAttribute('href')).toBe(`#${GUARD_ANCHOR}`);
  });

  it('says that it could not be asked, rather than nothing', async () => {
    api.answers = {};
    render(<GuardLine model="reco" />, { wrapper: PageFrame });
    expect((await screen.findByRole('alert')).textContent).toContain('There is no such thing.');
  });
});
