import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

/** A second save over somebody else's is refused with 409, which the browser's console says too. */
const CONFLICT = /409 \(Conflict\)/;

describe.skipIf(!hasChromium())('Incidents in two browsers at once', () => {
  const { visit } = watchedBrowser();

  /** Declares one by the keyboard alone, from whatever page it is, and waits for its page. */
  async function declare(page: Page, title: string): Promise<string> {
    await page.getByRole('region', { name: 'Answer' }).first().waitFor();
    await page.keyboard.press('i');
    const dialog = page.getByRole('dialog', { name: 'Declare an incident' });
    // Keys go where the focus is, and the dialog takes it a moment after it is drawn.
    await dialog.getByLabel('What is wrong').and(page.locator(':focus')).waitFor();
    await page.keyboard.type(title);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/incidents\/\d+/);
    await page.getByRole('heading', { name: title }).waitFor();
    return /\/incidents\/(\d+)/.exec(page.url())?.[1] ?? '';
  }

  const timeline = (page: Page) => page.getByRole('list', { name: 'Timeline' });
  const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

  it('is declared in one, pinned to with p, and seen at once in the other', async () => {
    const one = await visit('/');
    const number = await declare(one, 'fraud_detector: fetches are slow');
    const other = await visit(`/incidents/${number}`);
    await timeline(other).getByRole('listitem').first().waitFor();

    await one.goto(`${new URL(one.url()).origin}/models/fraud_detector?refresh=off`);
    const panel = one.getByRole('region', { name: /P95 by version/ });
    await panel.locator('canvas').first().waitFor();
    await panel.hover();
    await one.keyboard.press('p');
    const dialog = one.getByRole('dialog', { name: 'Pin as evidence' });
    const target = dialog.getByLabel('Where to');
    await target.locator('option', { hasText: `INC-${number} ` }).waitFor({ state: 'attached' });
    await target.selectOption({ label: `INC-${number} fraud_detector: fetches are slow` });
    await dialog.getByLabel(/What it shows/).fill('P95 of the challenger is above the champion');
    await dialog.getByRole('button', { name: 'Freeze' }).click();
    await one.getByRole('dialog', { name: 'Kept' }).waitFor();

    // Nobody reloads: the other browser is told.
    await timeline(other).getByText('P95 of the challenger is above the champion').waitFor();
    await timeline(other)
      .getByRole('button', { name: /P95 by version/ })
      .click();
    await timeline(other).locator('canvas').first().waitFor();
  });

  it('lets two write one section: both texts are merged, then judged, approved and exported', async () => {
    const one = await visit('/');
    const number = await declare(one, 'churn_scorer: labels stopped');
    const origin = new URL(one.url()).origin;
    const other = await visit(`/incidents/${number}/postmortem`, { expects: CONFLICT });
    await one.goto(`${origin}/incidents/${number}/postmortem`);

    await one.getByRole('button', { name: 'Edit: Summary' }).click();
    await other.getByRole('button', { name: 'Edit: Summary' }).click();
    await one.getByRole('textbox', { name: 'Summary' }).fill('Labels stopped on Friday.');
    await other.getByRole('textbox', { name: 'Summary' }).fill('Nobody noticed until Monday.');
    await one.keyboard.press('Control+s');
    await section(one, 'Summary').getByText('Labels stopped on Friday.').waitFor();
    await other.keyboard.press('Control+s');

    const merge = other.getByRole('region', { name: 'Merge of two versions' });
    const merged = merge.getByRole('textbox', { name: 'Merged text' });
    await merged.waitFor();
    const both = await merged.inputValue();
    expect(both).toContain('Labels stopped on Friday.');
    expect(both).toContain('Nobody noticed until Monday.');
    await merged.fill('Labels stopped on Friday. Nobody noticed until Monday.');
    await merge.getByRole('button', { name: 'Save the merge' }).click();
    await section(one, 'Summary').getByText('Labels stopped on Friday. Nobody noticed until Monday.').waitFor();

    await one.getByRole('button', { name: 'Ask for a review' }).click();
    await other.getByRole('button', { name: 'Approve these words' }).click();
    await section(one, 'Review')
      .getByText(/approved/)
      .first()
      .waitFor();

    const [file] = await Promise.all([
      one.waitForEvent('download'),
      one.getByRole('link', { name: 'Markdown', exact: true }).click(),
    ]);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text).toContain('Labels stopped on Friday. Nobody noticed until Monday.');
    expect(text).toMatch(/approved this text \(SHA-256 [0-9a-f]{64}\)/);
  });

  it('is worked by the keyboard alone: declare, write, take a hypothesis up, go to the list', async () => {
    const page = await visit('/');
    const number = await declare(page, 'reco: keyboard only');
    const box = page.getByRole('textbox', { name: 'What happened' });
    await box.focus();
    await page.keyboard.type('Half of the answers are empty');
    await page.keyboard.press('Control+Enter');
    await timeline(page).getByText('Half of the answers are empty').waitFor();
    // The others are told at once; the box is emptied once its own answer is here.
    await expect.poll(() => box.inputValue()).toBe('');
    await page.keyboard.press('Escape');
    await box.blur();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL((at) => at.pathname === '/incidents');
    await page.getByRole('table', { name: 'Incidents' }).getByRole('link', { name: 'reco: keyboard only' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/incidents/${number}(\\?|$)`));
  });

  it('fits 390 px, with every page in reach of a thumb', async () => {
    const first = await visit('/');
    const number = await declare(
      first,
      'fraud_detector: on a phone, with a title that is long enough to need two lines',
    );
    for (const path of ['/incidents', `/incidents/${number}`, `/incidents/${number}/postmortem`, '/incidents/alerts']) {
      const page = await visit(path, { width: 390, height: 844 });
      await page.getByRole('heading').first().waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      await expectFits(page);
    }
    const page = await visit('/incidents', { width: 390, height: 844 });
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('dialog', { name: 'More pages' }).getByRole('link', { name: 'Investigations' }).click();
    await page.waitForURL(/\/investigations/);
  });

  it.each(['dark', 'light'] as const)('has no serious accessibility fault in the %s theme', async (theme) => {
    const first = await visit('/', { theme });
    const number = await declare(first, `fraud_detector: seen in ${theme}`);
    for (const path of ['/incidents', `/incidents/${number}`, `/incidents/${number}/postmortem`, '/incidents/alerts']) {
      const page = await visit(path, { theme });
      await page.getByRole('heading').first().waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      await expectAccessible(page, path);
    }
  });
});
