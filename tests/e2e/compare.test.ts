import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

describe.skipIf(!hasChromium())('Compare in a browser', () => {
  const { visit } = watchedBrowser();

  const answer = (page: Page) => page.getByRole('region', { name: 'Answer' });

  /** Goes to the guard, which is loaded by whoever goes there. */
  const showGuard = (page: Page) => page.getByRole('link', { name: 'Show the guard' }).press('Enter');

  it('rolls fraud_detector back with errors first, and leads to an example trace', async () => {
    const page = await visit('/compare?model=fraud_detector');
    await answer(page).getByText('Roll back 2.4.0.').waitFor();
    expect(await answer(page).textContent()).toMatch(/Roll back 2\.4\.0\. It fails/);
    await page.getByRole('table', { name: 'Differences' }).getByText('Errors, mix-adjusted').waitFor();
    const trace = page.getByRole('list', { name: 'Traces of the challenger' }).getByRole('link').first();
    await trace.waitFor();
    await trace.click();
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  });

  it('promotes reco with P95 named', async () => {
    const page = await visit('/compare?model=reco');
    await answer(page).getByText('Promote 2.4.0.').waitFor();
    expect(await answer(page).textContent()).toMatch(/It is faster: P95/);
  });

  it('tries a policy by keyboard without saving it, and the link shows the same', async () => {
    const page = await visit('/compare?model=fraud_detector');
    const policy = page.getByRole('region', { name: 'Policy' });
    await policy.getByRole('button', { name: 'What if…' }).press('Enter');
    const field = policy.getByLabel('Errors may rise, points');
    await field.fill('10');
    await field.press('Enter');
    await page.getByText('Judged by an edited policy, which is not saved.').waitFor();
    expect(page.url()).toContain('errors=10');
    await expect.poll(() => answer(page).textContent()).not.toContain('Roll back');
    const other = await visit(new URL(page.url()).pathname + new URL(page.url()).search);
    await other.getByText('Judged by an edited policy, which is not saved.').waitFor();
  });

  it('compares before and after an instant, and any two versions, by the address', async () => {
    const page = await visit('/compare?model=reco');
    await answer(page).waitFor();
    await page.getByRole('radio', { name: 'Before and after' }).click();
    await answer(page)
      .getByText(/share no wall clock/)
      .waitFor();
    expect(page.url()).toMatch(/[?&]at=\d+/);
    await page.getByRole('radio', { name: 'Two versions' }).click();
    await page.getByRole('combobox', { name: 'Challenger' }).selectOption('2.3.1');
    await page.waitForURL(/challenger=2\.3\.1/);
  });

  it('downloads the report', async () => {
    const page = await visit('/compare?model=fraud_detector');
    await answer(page).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Report' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('fraud_detector-2.4.0.md');
  });

  it('shows its guard in dry run: what it found by keyboard, and the same verdict made again', async () => {
    const page = await visit('/compare?model=fraud_detector');
    await showGuard(page);
    const guard = page.getByRole('region', { name: 'Guard', exact: true });
    await guard.getByText(/Dry run: it evaluates and records/).waitFor();
    const strip = guard.getByRole('slider', { name: 'Evaluations' });
    await strip.waitFor({ timeout: 90_000 });
    await strip.press('Home');
    await expect.poll(() => strip.getAttribute('aria-valuenow')).toBe('0');
    await guard.getByRole('button', { name: 'Judge it again' }).press('Enter');
    await guard.getByText(/The same verdict, to the bit/).waitFor();
    await guard.getByRole('button', { name: 'Throw the kill switch' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Stop the guard of fraud_detector' });
    await dialog.getByLabel('Why').fill('a walk through the page');
    await dialog.getByRole('button', { name: 'Stop it' }).press('Enter');
    await guard
      .getByText(/a walk through the page/)
      .first()
      .waitFor();
    await guard.getByRole('button', { name: 'Take the kill switch back' }).press('Enter');
    const back = page.getByRole('dialog', { name: 'Let the guard of fraud_detector go on' });
    await back.getByLabel('Why').fill('done');
    await back.getByRole('button', { name: 'Let it go on' }).press('Enter');
    await guard.getByRole('button', { name: 'Throw the kill switch' }).waitFor();
  });

  it('tests a guard on the past, and says when it would have fired', async () => {
    const page = await visit('/compare?model=fraud_detector');
    await showGuard(page);
    const backtest = page.getByRole('region', { name: 'Backtest' });
    await backtest.getByLabel('Every, minutes').fill('5');
    await backtest.getByRole('button', { name: 'Run' }).press('Enter');
    await backtest.getByText(/It would have fired at .* after the first traffic/).waitFor();
    await backtest.getByRole('slider', { name: 'Evaluations of the backtest' }).waitFor();
  });

  it('proves a claim with a span of each side, and says what to paste elsewhere', async () => {
    const page = await visit('/compare?model=reco');
    const claim = page.getByRole('region', { name: 'Prove it' });
    await claim.getByText(/P95 better by 10 % and errors no worse: /).waitFor();
    await claim
      .getByRole('link', { name: /^model\.infer of/ })
      .first()
      .waitFor();
    await showGuard(page);
    const gate = page.getByRole('region', { name: 'Pull gate' });
    expect(await gate.getByRole('region', { name: 'Argo Rollouts' }).textContent()).toContain('AnalysisTemplate');
    await gate.getByRole('button', { name: 'Copy: Flagger' }).waitFor();
  });

  it('offers the models where none is chosen', async () => {
    const page = await visit('/compare');
    await page.getByRole('link', { name: 'reco', exact: true }).click();
    await page.waitForURL(/model=reco/);
    await answer(page).waitFor();
  });

  it.each([
    ['dark', 1440],
    ['light', 1440],
    ['dark', 390],
  ] as const)('passes axe, %s, %d px, and fits its width', async (theme, width) => {
    const page = await visit('/compare?model=fraud_detector', { theme, width });
    await page.getByRole('list', { name: 'Traces of the challenger' }).waitFor();
    await showGuard(page);
    await page.getByRole('region', { name: 'Pull gate' }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
